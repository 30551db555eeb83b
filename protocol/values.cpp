#include "protocol/values.hpp"

#include <cstdio>
#include <ctime>
#include <optional>

namespace troupe {

namespace {

std::optional<int> digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9')
      return {};
    value = value * 10 + (c - '0');
  }
  return value;
}

/// Takes `count` digits and the one character that must follow them.
std::optional<int> number(std::string_view& text, std::size_t count, char after) {
  if (text.size() <= count || text[count] != after)
    return {};
  const auto value = digits(text.substr(0, count));
  text.remove_prefix(count + 1);
  return value;
}

/// Milliseconds of what follows the point, up to `Z`; 0 for nothing at all.
std::optional<int> fraction(std::string_view text) {
  if (text.empty())
    return 0;
  text.remove_suffix(text.ends_with('Z') ? 1 : 0);
  if (text.empty() || text.size() > 9)
    return {};
  const auto value = digits((std::string(text) + "00").substr(0, 3));
  return digits(text) ? value : std::nullopt;
}

} // namespace

timestamp wall_now() {
  using namespace std::chrono;
  const auto since = system_clock::now().time_since_epoch();
  return {duration_cast<milliseconds>(since).count()};
}

std::string to_string(timestamp at) {
  const auto thousandths = ((at.ms % 1000) + 1000) % 1000;
  const std::time_t seconds = (at.ms - thousandths) / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char text[64];
  const auto length = std::snprintf(
    text,
    sizeof text,
    "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ",
    utc.tm_year + 1900,
    utc.tm_mon + 1,
    utc.tm_mday,
    utc.tm_hour,
    utc.tm_min,
    utc.tm_sec,
    static_cast<int>(thousandths));
  return std::string(text, static_cast<std::size_t>(length));
}

bool parse(std::string_view text, timestamp& at) {
  using namespace std::chrono;
  const auto y = number(text, 4, '-');
  const auto mon = number(text, 2, '-');
  const auto d = number(text, 2, 'T');
  const auto h = number(text, 2, ':');
  const auto min = number(text, 2, ':');
  const auto s = number(text, 2, text.ends_with('Z') && text.size() > 3 ? '.' : 'Z');
  const auto ms = fraction(text);
  if (!y || !mon || !d || !h || !min || !s || !ms)
    return false;
  const year_month_day date{
    year{*y}, month{static_cast<unsigned>(*mon)}, day{static_cast<unsigned>(*d)}};
  if (!date.ok() || *h > 23 || *min > 59 || *s > 59)
    return false;
  const auto since = sys_days{date}.time_since_epoch() + hours{*h} + minutes{*min} +
                     seconds{*s} + milliseconds{*ms};
  at.ms = duration_cast<milliseconds>(since).count();
  return true;
}

} // namespace troupe
