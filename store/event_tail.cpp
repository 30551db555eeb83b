#include "store/event_tail.hpp"

#include <algorithm>
#include <charconv>
#include <concepts>

namespace troupe::store {

namespace {

constexpr std::string_view opening = ",\"src\":{";
constexpr std::size_t tail_bytes_max = 160;

bool take(std::string_view& text, std::string_view expected) {
  if (!text.starts_with(expected))
    return false;
  text.remove_prefix(expected.size());
  return true;
}

template <std::unsigned_integral T>
bool take(std::string_view& text, std::string_view name, T& value) {
  if (!take(text, name))
    return false;
  const auto [end, code] =
    std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc{})
    return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

} // namespace

std::optional<event_tail> find_tail(std::string_view line) {
  if (!line.ends_with("}}"))
    return {};
  const auto from = line.size() - std::min(line.size(), tail_bytes_max);
  const auto at = line.substr(from).rfind(opening);
  if (at == std::string_view::npos)
    return {};
  auto rest = line.substr(from + at + opening.size());
  event_tail tail{line.substr(0, from + at), {}};
  const bool whole = take(rest, "\"attempt\":", tail.src.attempt) &&
                     take(rest, ",\"end_offset\":", tail.src.end_offset) &&
                     take(rest, ",\"inputs\":", tail.src.inputs) &&
                     take(rest, ",\"index\":", tail.src.index) && rest == "}}";
  return whole ? std::optional(tail) : std::nullopt;
}

} // namespace troupe::store
