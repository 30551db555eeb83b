#include "protocol/json.hpp"

#include <cmath>

namespace troupe {

namespace {

constexpr std::uint64_t comparisons_max = 50'000'000;
constexpr std::size_t shown_bytes_max = 80;

struct open_container {
  bool object = false;
  std::uint64_t members = 0;
};

/// What would make parsing recurse too deep or take too long, found in one pass over
/// the text; empty if nothing. An object that keeps its order compares each new member
/// with all before it, so that its cost is the square of its size.
std::string too_costly(std::string_view text, std::size_t depth_max) {
  std::vector<open_container> open;
  std::uint64_t comparisons = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      i += c == '\\' ? 1 : 0;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      if (open.size() == depth_max)
        return "JSON nested deeper than " + std::to_string(depth_max) + " levels";
      open.push_back({.object = c == '{'});
    } else if ((c == '}' || c == ']') && !open.empty()) {
      open.pop_back();
    } else if (c == ',' && !open.empty() && open.back().object) {
      comparisons += ++open.back().members;
      if (comparisons > comparisons_max)
        return "JSON objects with too many members (10000 in one is the most)";
    }
  }
  return {};
}

/// Escapes a quote, a backslash or a control character (RFC 8259, section 7).
void write_escape(std::string& out, char c) {
  constexpr std::string_view special = "\"\\\b\f\n\r\t";
  constexpr std::string_view letters = "\"\\bfnrt";
  constexpr std::string_view digits = "0123456789abcdef";
  out += '\\';
  if (const auto at = special.find(c); at != std::string_view::npos)
    out += letters[at];
  else
    out.append("u00").append(1, c < 16 ? '0' : '1').append(1, digits[c & 15]);
}

std::string joined(std::span<const std::string_view> words) {
  std::string text;
  for (const auto word : words)
    text.append(text.empty() ? "" : ", ").append(word);
  return text;
}

} // namespace

result<json> parse_json(std::string_view text, int depth_max) {
  auto why = too_costly(text, static_cast<std::size_t>(std::max(depth_max, 0)));
  if (!why.empty())
    return fail(errc::invalid_argument, std::move(why));
  auto j = json::parse(text, nullptr, false);
  if (j.is_discarded())
    return fail(errc::invalid_argument, "not valid JSON");
  return j;
}

const json& member(const json& object, std::string_view name) {
  static const json nothing;
  if (!object.is_object())
    return nothing;
  const auto it = object.find(name);
  return it == object.end() ? nothing : *it;
}

std::string print_json(const json& j) {
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

void write_string(std::string& out, std::string_view text) {
  if (!is_utf8(text)) {
    out += print_json(json(text));
    return;
  }
  out += '"';
  std::size_t written = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) >= ' ' && c != '"' && c != '\\')
      continue;
    out.append(text, written, i - written);
    write_escape(out, c);
    written = i + 1;
  }
  out.append(text, written).append("\"");
}

std::string to_string(const mismatch& m) {
  return m.path.empty() ? m.reason : m.path + ": " + m.reason;
}

check wrong_type(std::string_view wanted, const json& got) {
  return mismatch{{}, "expected " + std::string(wanted) + ", got " + got.type_name()};
}

check within(std::string_view step, check c) {
  if (!c)
    return c;
  const bool index = c->path.starts_with('[');
  const bool leaf = c->path.empty();
  c->path.insert(0, one_line(step, shown_bytes_max) + (leaf || index ? "" : "."));
  return c;
}

mismatch
unknown_member(const std::string& name, std::span<const std::string_view> known) {
  const auto near = nearest_word(name, known);
  auto shown = one_line(name, shown_bytes_max);
  if (!near.empty())
    return {std::move(shown), "unknown field; did you mean " + std::string(near) + "?"};
  return {std::move(shown), "unknown field; known are " + joined(known)};
}

mismatch
unknown_value(const std::string& value, std::span<const std::string_view> known) {
  const auto shown = one_line(value, shown_bytes_max);
  const auto near = nearest_word(value, known);
  if (!near.empty())
    return {
      {}, "unknown value \"" + shown + "\"; did you mean " + std::string(near) + "?"};
  return {{}, "unknown value \"" + shown + "\"; allowed are " + joined(known)};
}

check read_integer(const json& j, std::int64_t& x) {
  constexpr double exact_max = 9007199254740992.0;
  if (j.is_number_unsigned() && !std::in_range<std::int64_t>(j.get<std::uint64_t>()))
    return mismatch{{}, "integer out of range"};
  if (j.is_number_integer())
    return x = j.get<std::int64_t>(), std::nullopt;
  if (j.is_number_float()) {
    const auto value = j.get<double>();
    if (std::trunc(value) == value && std::abs(value) <= exact_max)
      return x = static_cast<std::int64_t>(value), std::nullopt;
  }
  return wrong_type("an integer", j);
}

void record_writer::add(
  std::string_view name,
  const void* member,
  bool (*absent)(const void*),
  write_member write) {
  if (absent && absent(member))
    return;
  out_.append(std::exchange(first_, false) ? "\"" : ",\"").append(name).append("\":");
  write(out_, member);
}

} // namespace troupe
