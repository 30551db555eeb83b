#include "protocol/base64.hpp"

#include <algorithm>
#include <cstdint>

namespace troupe {

namespace {

std::optional<std::uint8_t> value_of(char c) {
  if (c >= 'A' && c <= 'Z')
    return static_cast<std::uint8_t>(c - 'A');
  if (c >= 'a' && c <= 'z')
    return static_cast<std::uint8_t>(c - 'a' + 26);
  if (c >= '0' && c <= '9')
    return static_cast<std::uint8_t>(c - '0' + 52);
  if (c == '+')
    return std::uint8_t{62};
  if (c == '/')
    return std::uint8_t{63};
  return {};
}

} // namespace

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0)
    return {};
  const auto padding = text.size() - std::min(text.find('='), text.size());
  if (padding > 2)
    return {};
  std::string out;
  out.reserve(text.size() / 4 * 3);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text.substr(0, text.size() - padding)) {
    const auto value = value_of(c);
    if (!value)
      return {};
    bits = (bits << 6U) | *value;
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU);
    }
  }
  const bool clean = (bits & ((1U << static_cast<unsigned>(count)) - 1U)) == 0;
  if (!clean || text.substr(text.size() - padding) != std::string(padding, '='))
    return {};
  return out;
}

} // namespace troupe
