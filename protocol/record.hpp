#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

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

/// A record that few need: its schema is any object, and what it holds is said by the
/// words of the member that has it. Its decoder is as strict as any.
template <class T>
concept sketched_record = record<T> && requires {
  requires T::sketched;
};

namespace detail {

template <std::size_t I, class Field>
struct field_at {
  Field value;
};

template <class Places, class... Fields>
struct fields_at;
template <std::size_t... Is, class... Fields>
struct fields_at<std::index_sequence<Is...>, Fields...> : field_at<Is, Fields>... {};

struct anything {
  template <class T>
  operator T() const;
};

template <class T, std::size_t... Is>
consteval bool takes(std::index_sequence<Is...>) {
  return requires {
    T{(static_cast<void>(Is), anything{})...};
  };
}

} // namespace detail

/// What `fields()` returns. A std::tuple would do, but for its constructors, which cost
/// every source that includes the messages of the actors three seconds of compiling.
template <class... Fields>
struct field_list {
  static constexpr std::size_t size = sizeof...(Fields);

  consteval field_list(Fields... each) : all{{each}...} {}

  detail::fields_at<std::index_sequence_for<Fields...>, Fields...> all;
};

/// Whether `fields()` lists every member; asserted where a record is encoded, so
/// that a new member cannot be forgotten on the wire.
template <record T, std::size_t Size = decltype(T::fields())::size>
inline constexpr bool
  lists_every_member = detail::takes<T>(std::make_index_sequence<Size>{}) &&
                       !detail::takes<T>(std::make_index_sequence<Size + 1>{});

namespace detail {

template <std::size_t... Is, class... Fields, class F>
constexpr void
visit(const fields_at<std::index_sequence<Is...>, Fields...>& all, F&& f) {
  (f(static_cast<const field_at<Is, Fields>&>(all).value), ...);
}

} // namespace detail

template <record T>
inline constexpr auto fields_of = T::fields();

template <record T, class F>
constexpr void for_each_field(F&& f) {
  detail::visit(fields_of<T>.all, f);
}

} // namespace troupe
