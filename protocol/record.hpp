#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace troupe {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// One member of a record: its wire name, where it lives, what it means.
template <class Owner, class T>
struct field {
  std::string_view name;
  T Owner::*member;
  std::string_view doc;
  bool required;
};

/// A member the sender must give.
template <class Owner, class T>
consteval field<Owner, T>
required(std::string_view name, T Owner::*member, std::string_view doc) {
  static_assert(!is_optional<T>, "an optional member cannot be required");
  return {name, member, doc, true};
}

/// A member the sender may leave out; it then keeps its initialiser.
template <class Owner, class T>
consteval field<Owner, T>
optional(std::string_view name, T Owner::*member, std::string_view doc) {
  return {name, member, doc, false};
}

/// A struct that lists its fields once. Encoding, decoding, JSON Schema and CAF
/// inspection all read this list; nothing else names a member twice.
template <class T>
concept record = requires {
  T::fields();
};

/// A record whose decoder refuses members it does not know (tool arguments);
/// any other record ignores them (protocol messages, files of a newer version).
template <class T>
concept closed_record = record<T> && requires {
  requires T::closed;
};

namespace detail {

struct anything {
  template <class T>
  operator T() const;
};

template <class T, class... Xs>
consteval std::size_t arity() {
  if constexpr (requires { T{Xs{}..., anything{}}; })
    return arity<T, Xs..., anything>();
  else
    return sizeof...(Xs);
}

} // namespace detail

/// Whether `fields()` lists every member; asserted where a record is encoded, so
/// that a new member cannot be forgotten on the wire.
template <record T>
inline constexpr bool
  lists_every_member = detail::arity<T>() == std::tuple_size_v<decltype(T::fields())>;

template <record T, class F>
constexpr void for_each_field(F&& f) {
  std::apply([&](const auto&... each) -> void { (f(each), ...); }, T::fields());
}

} // namespace troupe
