#include "mcp/seal.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace troupe::mcp {

namespace {

constexpr std::string_view digits = "0123456789abcdef";

} // namespace

std::string to_hex(std::string_view bytes) {
  std::string text;
  for (const unsigned char byte : bytes) {
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0)
    return {};
  std::string bytes;
  for (; !text.empty(); text.remove_prefix(2)) {
    const auto high = digits.find(text[0]);
    const auto low = digits.find(text[1]);
    if (high == digits.npos || low == digits.npos)
      return {};
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

std::string seal::signature(std::string_view body, std::string_view purpose) const {
  const auto signed_text =
    std::to_string(purpose.size()).append(" ").append(purpose).append(body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned size = 0;
  HMAC(
    EVP_sha256(),
    key_.data(),
    static_cast<int>(key_.size()),
    reinterpret_cast<const unsigned char*>(signed_text.data()),
    signed_text.size(),
    mac.data(),
    &size);
  return to_hex({reinterpret_cast<const char*>(mac.data()), size});
}

std::string
seal::closed(const json& what, std::string_view purpose, timestamp until) const {
  const auto body = to_hex(print_json(json::array({until.ms, what})));
  return body + "." + signature(body, purpose);
}

std::optional<json>
seal::opened(std::string_view text, std::string_view purpose, timestamp now) const {
  const auto dot = text.find('.');
  if (dot == text.npos)
    return {};
  const auto body = text.substr(0, dot);
  const auto given = text.substr(dot + 1);
  const auto right = signature(body, purpose);
  if (
    given.size() != right.size() ||
    CRYPTO_memcmp(given.data(), right.data(), right.size()) != 0)
    return {};
  auto held = parse_json(from_hex(body).value_or(std::string()));
  if (!held || !held->is_array() || held->size() != 2 || (*held)[0] < now.ms)
    return {};
  return std::move((*held)[1]);
}

} // namespace troupe::mcp
