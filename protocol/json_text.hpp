#pragma once

#include "protocol/codec.hpp"

#include <concepts>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Values straight to JSON text.
namespace troupe {

/// Appends a string in quotes, escaped; bytes that are not UTF-8 become U+FFFD.
void write_string(std::string& out, std::string_view text);

/// Appends the compact text of a value: what `encode` would print, without building it.
/// raw_json goes through untouched, so that large payloads are neither parsed nor
/// copied.
template <class T>
void write_text(std::string& out, const T& x) {
  out += print_json(codec<T>::encode(x));
}

inline void write_text(std::string& out, const raw_json& x) {
  out += x.text;
}
inline void write_text(std::string& out, const std::string& x) {
  write_string(out, x);
}

template <std::integral T>
requires(!std::same_as<T, bool>) void write_text(std::string& out, const T& x) {
  out += std::to_string(x);
}

template <record T>
void write_text(std::string& out, const T& x);

template <class T>
void write_text(std::string& out, const std::vector<T>& xs) {
  out += '[';
  for (bool first = true; const auto& x : xs) {
    if (!std::exchange(first, false))
      out += ',';
    write_text(out, x);
  }
  out += ']';
}

template <record T>
void write_text(std::string& out, const T& x) {
  static_assert(lists_every_member<T>, "a member is missing from fields()");
  out += '{';
  bool first = true;
  for_each_field<T>([&](const auto& f) {
    const auto& value = x.*f.member;
    using value_type = std::remove_cvref_t<decltype(value)>;
    if constexpr (is_optional<value_type>)
      if (!value)
        return;
    out.append(std::exchange(first, false) ? "\"" : ",\"").append(f.name).append("\":");
    if constexpr (is_optional<value_type>)
      write_text(out, *value);
    else
      write_text(out, value);
  });
  out += '}';
}

template <class T>
[[nodiscard]] std::string encode_text(const T& x) {
  std::string text;
  write_text(text, x);
  return text;
}

/// A record prints as its JSON.
template <record T>
[[nodiscard]] std::string to_string(const T& x) {
  return encode_text(x);
}

} // namespace troupe
