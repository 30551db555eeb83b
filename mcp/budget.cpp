#include "mcp/budget.hpp"

#include <functional>
#include <limits>

namespace troupe::mcp {

namespace {

constexpr auto unbounded = std::numeric_limits<std::size_t>::max();
constexpr std::size_t string_bytes_min = 64;
constexpr std::size_t marker_bytes = 48;

struct caps {
  std::size_t string_bytes = unbounded;
  std::size_t members = unbounded;
};

std::size_t printed(const json& j) {
  return print_json(j).size();
}

std::string pointer_to(const std::string& parent, std::string_view key) {
  std::string pointer = parent + "/";
  for (const char c : key)
    c == '~' ? pointer += "~0" : c == '/' ? pointer += "~1" : pointer += c;
  return pointer;
}

/// Copies a value with everything cut to the caps, noting what was cut.
class shortener {
public:
  explicit shortener(caps to) : caps_(to) {}

  json copy(const json& j, const std::string& pointer) {
    if (j.is_string())
      return text(j.get_ref<const std::string&>(), pointer);
    if (!j.is_structured())
      return j;
    if (j.size() > caps_.members)
      truncated_[pointer] = printed(j);
    return j.is_array() ? list(j, pointer) : object(j, pointer);
  }

  json take_truncated() { return std::move(truncated_); }

private:
  json text(const std::string& whole, const std::string& pointer) {
    if (
      whole.size() <= marker_bytes || whole.size() - marker_bytes <= caps_.string_bytes)
      return whole;
    truncated_[pointer] = whole.size();
    std::string cut(utf8_prefix(whole, caps_.string_bytes));
    return cut + "… [shortened: " + std::to_string(whole.size()) + " bytes in all]";
  }

  json list(const json& j, const std::string& pointer) {
    json out = json::array();
    for (std::size_t i = 0; i < std::min(j.size(), caps_.members); ++i)
      out.push_back(copy(j[i], pointer_to(pointer, std::to_string(i))));
    return out;
  }

  json object(const json& j, const std::string& pointer) {
    json out = json::object();
    for (const auto& [key, value] : j.items()) {
      if (out.size() == caps_.members)
        break;
      out[key] = copy(value, pointer_to(pointer, key));
    }
    return out;
  }

  caps caps_;
  json truncated_ = json::object();
};

json shortened(const json& j, caps to) {
  shortener work(to);
  json out = work.copy(j, "");
  if (auto truncated = work.take_truncated(); !truncated.empty())
    out["truncated"] = std::move(truncated);
  return out;
}

/// The greatest cap in [low, high) that fits, by bisection; `low - 1` if none does.
std::size_t greatest(
  std::size_t low, std::size_t high, const std::function<bool(std::size_t)>& fits) {
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    if (fits(middle))
      low = middle + 1;
    else
      high = middle;
  }
  return low - 1;
}

} // namespace

json fit(json answer, std::size_t bytes_max) {
  const auto whole = printed(answer);
  if (whole <= bytes_max)
    return answer;
  if (!answer.is_object())
    answer = json{{"value", std::move(answer)}};
  json best;
  const auto attempt = [&](caps to) {
    auto candidate = shortened(answer, to);
    if (printed(candidate) > bytes_max)
      return false;
    best = std::move(candidate);
    return true;
  };
  greatest(
    string_bytes_min, bytes_max, [&](std::size_t cap) { return attempt({cap}); });
  if (best.is_null())
    greatest(1, bytes_max, [&](std::size_t cap) {
      return attempt({string_bytes_min, cap});
    });
  if (best.is_null())
    best = {{"truncated", {{"", whole}}}};
  return best;
}

json fit(const event_page& page, std::size_t bytes_max) {
  auto answer = encode(page);
  if (printed(answer) <= bytes_max || page.events.size() < 2)
    return fit(std::move(answer), bytes_max);
  const auto rows = std::max<std::size_t>(1, rows_within(answer, "events", bytes_max));
  auto& events = answer["events"];
  events.erase(events.begin() + static_cast<json::difference_type>(rows), events.end());
  const auto seq = events.back().find("seq");
  if (seq != events.back().end())
    answer["next_after_seq"] = *seq;
  answer["has_more"] = true;
  return fit(std::move(answer), bytes_max);
}

std::size_t rows_within(const json& answer, const char* list, std::size_t bytes_max) {
  const auto& rows = answer.at(list);
  auto bytes = printed(answer);
  auto left = rows.size();
  while (left > 0 && bytes > bytes_max)
    bytes -= printed(rows[--left]) + 1;
  return left;
}

} // namespace troupe::mcp
