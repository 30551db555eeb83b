#include "mcp/budget.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <unordered_map>

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

/// How many bytes each list and object of a value prints in, found in one walk.
class measured {
public:
  explicit measured(const json& whole) { walk(whole); }

  [[nodiscard]] std::size_t bytes(const json& j) const { return bytes_.at(&j); }

private:
  std::size_t walk(const json& j) {
    if (!j.is_structured())
      return printed(j);
    std::size_t bytes = std::max<std::size_t>(2, j.size() + 1);
    for (auto it = j.begin(); it != j.end(); ++it)
      bytes += walk(*it) + (j.is_object() ? printed(it.key()) + 1 : 0);
    bytes_.emplace(&j, bytes);
    return bytes;
  }

  std::unordered_map<const json*, std::size_t> bytes_;
};

/// Copies a value with everything cut to the caps, noting what was cut; gives up early
/// when the copy cannot print within the budget, so that a try costs no more than that.
class shortener {
public:
  shortener(const measured& sizes, caps to, std::size_t bytes_max)
    : sizes_(sizes), caps_(to), bytes_left_(bytes_max) {}

  /// Null if it does not fit.
  json shorten(const json& object) {
    json out = copy(object, "");
    if (!truncated_.empty())
      out["truncated"] = std::move(truncated_);
    return over_ ? json() : out;
  }

private:
  json copy(const json& j, const std::string& pointer) {
    if (over_)
      return nullptr;
    if (j.is_string())
      return text(j.get_ref<const std::string&>(), pointer);
    if (!j.is_structured())
      return spend(1), j;
    if (j.size() > caps_.members)
      note(pointer, sizes_.bytes(j));
    return j.is_array() ? list(j, pointer) : object(j, pointer);
  }

  json text(const std::string& whole, const std::string& pointer) {
    if (
      whole.size() <= marker_bytes || whole.size() - marker_bytes <= caps_.string_bytes)
      return spend(whole.size() + 2), whole;
    note(pointer, whole.size());
    std::string cut(utf8_prefix(whole, caps_.string_bytes));
    spend(cut.size() + 2);
    return cut + "… [shortened: " + std::to_string(whole.size()) + " bytes in all]";
  }

  json list(const json& j, const std::string& pointer) {
    json out = json::array();
    for (std::size_t i = 0; !over_ && i < std::min(j.size(), caps_.members); ++i)
      out.push_back(copy(j[i], pointer_to(pointer, std::to_string(i))));
    return out;
  }

  json object(const json& j, const std::string& pointer) {
    json out = json::object();
    for (auto it = j.begin(); !over_ && it != j.end(); ++it) {
      if (out.size() == caps_.members)
        break;
      spend(it.key().size() + 3);
      out.push_back({it.key(), copy(*it, pointer_to(pointer, it.key()))});
    }
    return out;
  }

  void note(const std::string& pointer, std::size_t bytes) {
    spend(pointer.size() + 4);
    if (!over_)
      truncated_.push_back({pointer, bytes});
  }

  /// Counts at most what will be printed.
  void spend(std::size_t bytes) {
    over_ = over_ || bytes > bytes_left_;
    bytes_left_ -= over_ ? 0 : bytes;
  }

  const measured& sizes_;
  caps caps_;
  std::size_t bytes_left_;
  bool over_ = false;
  json truncated_ = json::object();
};

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
  const measured sizes(answer);
  const auto attempt = [&](caps to) {
    auto candidate = shortener(sizes, to, bytes_max).shorten(answer);
    if (candidate.is_null() || printed(candidate) > bytes_max)
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

std::size_t rows_within(const json& answer, const char* list, std::size_t bytes_max) {
  const auto& rows = answer.at(list);
  auto bytes = printed(answer);
  auto left = rows.size();
  while (left > 0 && bytes > bytes_max)
    bytes -= printed(rows[--left]) + 1;
  return left;
}

} // namespace troupe::mcp
