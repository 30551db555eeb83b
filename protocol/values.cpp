#include "protocol/values.hpp"

#include <cstdio>
#include <ctime>

namespace troupe {

timestamp wall_now() {
  using namespace std::chrono;
  const auto since = system_clock::now().time_since_epoch();
  return {duration_cast<milliseconds>(since).count()};
}

std::string to_string(timestamp at) {
  const auto fraction = ((at.ms % 1000) + 1000) % 1000;
  const std::time_t seconds = (at.ms - fraction) / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char date[32];
  const auto length = std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &utc);
  char tail[8];
  std::snprintf(tail, sizeof tail, ".%03dZ", static_cast<int>(fraction));
  return std::string(date, length) + tail;
}

bool parse(std::string_view text, timestamp& at) {
  const std::string owned(text);
  std::tm utc{};
  const char* rest = strptime(owned.c_str(), "%Y-%m-%dT%H:%M:%S", &utc);
  if (!rest)
    return false;
  std::int64_t ms = 0;
  if (*rest == '.') {
    int scale = 100;
    for (++rest; *rest >= '0' && *rest <= '9'; ++rest, scale /= 10)
      ms += (*rest - '0') * scale;
  }
  if (std::string_view(rest) != "Z")
    return false;
  at.ms = static_cast<std::int64_t>(timegm(&utc)) * 1000 + ms;
  return true;
}

} // namespace troupe
