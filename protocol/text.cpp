#include "protocol/text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <numeric>
#include <utility>
#include <vector>

namespace troupe {

namespace {

constexpr bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// Bytes of the well-formed character at the front, or 0.
std::size_t character_length(std::string_view s) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const auto lead = byte(0);
  if (lead < 0x80)
    return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || s.size() < length)
    return 0;
  for (std::size_t i = 1; i < length; ++i)
    if (!is_continuation(s[i]))
      return 0;
  const bool overlong =
    (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xF0 && byte(1) < 0x90);
  const bool surrogate = lead == 0xED && byte(1) > 0x9F;
  const bool too_high = lead == 0xF4 && byte(1) > 0x8F;
  return overlong || surrogate || too_high ? 0 : length;
}

/// A lower bound of the ASCII characters at the front, eight at a time; exact at the
/// end of a text.
std::size_t ascii_length(std::string_view s) {
  constexpr std::uint64_t high_bits = 0x8080808080808080;
  std::size_t length = 0;
  for (std::uint64_t eight = 0; length + sizeof eight <= s.size(); length += 8) {
    std::memcpy(&eight, s.data() + length, sizeof eight);
    if ((eight & high_bits) != 0)
      return length;
  }
  while (length < s.size() && static_cast<unsigned char>(s[length]) < 0x80)
    ++length;
  return length;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    auto diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto replace = diagonal + (a[i - 1] == b[j - 1] ? 0u : 1u);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replace});
    }
  }
  return row.back();
}

} // namespace

std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max)
    return text;
  auto end = bytes_max;
  while (end > 0 && bytes_max - end < 3 && is_continuation(text[end]))
    --end;
  return text.substr(0, end);
}

bool is_utf8(std::string_view text) {
  while (true) {
    text.remove_prefix(ascii_length(text));
    if (text.empty())
      return true;
    const auto length = character_length(text);
    if (length == 0)
      return false;
    text.remove_prefix(length);
  }
}

std::string to_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto length = character_length(bytes);
    out += length ? bytes.substr(0, length) : std::string_view("\xEF\xBF\xBD");
    bytes.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

std::string_view
nearest_word(std::string_view word, std::span<const std::string_view> candidates) {
  constexpr std::size_t word_bytes_max = 64;
  if (word.size() > word_bytes_max)
    return {};
  std::string_view best;
  auto best_distance = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const auto candidate : candidates)
    if (const auto d = edit_distance(word, candidate); d < best_distance)
      best = candidate, best_distance = d;
  return best;
}

std::string one_line(std::string_view text, std::size_t bytes_max) {
  constexpr std::string_view ellipsis = "\xE2\x80\xA6";
  std::string out;
  bool gap = false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ') {
      gap = !out.empty();
      continue;
    }
    if (std::exchange(gap, false))
      out += ' ';
    out += c;
    if (out.size() > bytes_max)
      break;
  }
  if (out.size() <= bytes_max)
    return out;
  if (bytes_max < ellipsis.size())
    return std::string(utf8_prefix(out, bytes_max));
  return std::string(utf8_prefix(out, bytes_max - ellipsis.size())).append(ellipsis);
}

} // namespace troupe
