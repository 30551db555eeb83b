#pragma once

#include "protocol/record_codec.hpp"

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

inline void write_text(std::string& out, timestamp x) {
  write_string(out, to_string(x));
}

template <named_enum E>
void write_text(std::string& out, const E& x) {
  write_string(out, to_string(x));
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

/// Writes the members of one record; those that are absent are left out.
class record_writer {
public:
  using write_member = void (*)(std::string& out, const void* member);

  explicit record_writer(std::string& out) : out_(out) { out_ += '{'; }

  /// `absent` is null unless the member is a std::optional.
  void add(
    std::string_view name,
    const void* member,
    bool (*absent)(const void*),
    write_member write);
  void end() { out_ += '}'; }

private:
  std::string& out_;
  bool first_ = true;
};

template <class V>
inline constexpr record_writer::write_member text_of =
  [](std::string& out, const void* x) { write_text(out, *static_cast<const V*>(x)); };

template <class V>
inline constexpr record_writer::write_member text_of<std::optional<V>> =
  [](std::string& out, const void* x) {
    write_text(out, **static_cast<const std::optional<V>*>(x));
  };

template <record T>
void write_text(std::string& out, const T& x) {
  static_assert(lists_every_member<T>, "a member is missing from fields()");
  record_writer to(out);
  for_each_field<T>([&]<class V>(const field<T, V>& f) {
    to.add(f.name, &(x.*f.member), codec_of<V>.absent, text_of<V>);
  });
  to.end();
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
