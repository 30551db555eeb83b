#include "protocol/json.hpp"

#include <cmath>

namespace troupe {

namespace {

/// The deepest nesting of brackets outside strings; a lower bound on what the
/// parser would recurse into, found without recursion.
int nesting(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

std::string joined(std::span<const std::string_view> words) {
  std::string text;
  for (const auto word : words)
    text.append(text.empty() ? "" : ", ").append(word);
  return text;
}

} // namespace

result<json> parse_json(std::string_view text, int depth_max) {
  if (nesting(text) > depth_max)
    return fail(
      errc::invalid_argument,
      "JSON nested deeper than " + std::to_string(depth_max) + " levels");
  auto j = json::parse(text, nullptr, false);
  if (j.is_discarded())
    return fail(errc::invalid_argument, "not valid JSON");
  return j;
}

std::string print_json(const json& j) {
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

void write_string(std::string& out, std::string_view text) {
  const bool plain = std::ranges::all_of(
    text, [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (plain)
    out.append("\"").append(text).append("\"");
  else
    out += print_json(json(text));
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
  c->path.insert(0, std::string(step) + (leaf || index ? "" : "."));
  return c;
}

mismatch
unknown_member(const std::string& name, std::span<const std::string_view> known) {
  const auto near = nearest_word(name, known);
  if (!near.empty())
    return {name, "unknown field; did you mean " + std::string(near) + "?"};
  return {name, "unknown field; known are " + joined(known)};
}

mismatch
unknown_value(const std::string& value, std::span<const std::string_view> known) {
  const auto shown = one_line(value, 80);
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

} // namespace troupe
