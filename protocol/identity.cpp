#include "protocol/identity.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <sys/random.h>

namespace troupe {

namespace {

constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t ulid_length = 26;

void fill_random(std::span<unsigned char> bytes) {
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
    std::abort();
}

std::string hexadecimal(std::span<const unsigned char> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const auto byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::string ulid(timestamp now) {
  std::array<unsigned char, 16> bits{};
  fill_random(bits);
  std::string text(ulid_length, '0');
  auto ms = static_cast<std::uint64_t>(now.ms);
  for (std::size_t i = 10; i-- > 0; ms >>= 5)
    text[i] = crockford[ms & 31];
  for (std::size_t i = 10; i < ulid_length; ++i)
    text[i] = crockford[bits[i - 10] & 31];
  return text;
}

bool is_ulid_after(std::string_view text, std::string_view prefix) {
  return text.size() == ulid_length + prefix.size() && text.starts_with(prefix) &&
         std::ranges::all_of(text.substr(prefix.size()), [](char c) {
           return crockford.find(c) != std::string_view::npos;
         });
}

} // namespace

std::string new_run_id(timestamp now) {
  return "r_" + ulid(now);
}

std::string new_session_id(timestamp now) {
  return "s_" + ulid(now);
}

std::string new_team_id(timestamp now) {
  return "t_" + ulid(now);
}

std::string new_message_id(timestamp now) {
  return "m_" + ulid(now);
}

std::string new_uuid() {
  std::array<unsigned char, 16> bits{};
  fill_random(bits);
  bits[6] = static_cast<unsigned char>((bits[6] & 0x0F) | 0x40);
  bits[8] = static_cast<unsigned char>((bits[8] & 0x3F) | 0x80);
  auto text = hexadecimal(bits);
  for (const std::size_t at : {20u, 16u, 12u, 8u})
    text.insert(at, 1, '-');
  return text;
}

std::string new_token() {
  std::array<unsigned char, 32> bits{};
  fill_random(bits);
  return hexadecimal(bits);
}

bool same_secret(std::string_view a, std::string_view b) {
  if (a.size() != b.size())
    return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i]) ^ static_cast<unsigned char>(b[i]);
  return difference == 0;
}

bool is_run_id(std::string_view text) {
  return is_ulid_after(text, "r_");
}

bool is_team_id(std::string_view text) {
  return is_ulid_after(text, "t_");
}

} // namespace troupe
