#pragma once

#include "protocol/json_value.hpp"

#include <algorithm>
#include <array>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

/// How the types of records look in JSON.
namespace troupe {

template <>
struct codec<bool> {
  static json encode(bool x) { return x; }
  static check decode(const json& j, bool& x) {
    if (!j.is_boolean())
      return wrong_type("a boolean", j);
    x = j.get<bool>();
    return {};
  }
  static json schema() { return {{"type", "boolean"}}; }
};

/// Reads an integer, or a float with an integral value (JSON knows no difference).
[[nodiscard]] check read_integer(const json& j, std::int64_t& x);

template <std::integral T>
requires(!std::same_as<T, bool>) struct codec<T> {
  static json encode(T x) { return x; }
  static check decode(const json& j, T& x) {
    std::int64_t wide = 0;
    if (auto c = read_integer(j, wide))
      return c;
    if (!std::in_range<T>(wide))
      return mismatch{{}, "integer out of range"};
    x = static_cast<T>(wide);
    return {};
  }
  static json schema() {
    json s{{"type", "integer"}};
    if constexpr (std::unsigned_integral<T>)
      s["minimum"] = 0;
    return s;
  }
};

template <>
struct codec<double> {
  static json encode(double x) { return x; }
  static check decode(const json& j, double& x) {
    if (!j.is_number())
      return wrong_type("a number", j);
    x = j.get<double>();
    return {};
  }
  static json schema() { return {{"type", "number"}}; }
};

template <>
struct codec<std::string> {
  static json encode(const std::string& x) { return x; }
  static check decode(const json& j, std::string& x) {
    if (!j.is_string())
      return wrong_type("a string", j);
    x = j.get<std::string>();
    return {};
  }
  static json schema() { return {{"type", "string"}}; }
};

template <>
struct codec<timestamp> {
  static json encode(timestamp x) { return to_string(x); }
  static check decode(const json& j, timestamp& x) {
    if (!j.is_string() || !parse(j.get_ref<const std::string&>(), x))
      return mismatch{{}, "expected an ISO 8601 time in UTC"};
    return {};
  }
  static json schema() { return {{"type", "string"}, {"format", "date-time"}}; }
};

/// Any JSON object.
template <>
struct codec<raw_json> {
  static json encode(const raw_json& x) {
    auto j = json::parse(x.text, nullptr, false);
    return j.is_discarded() ? json::object() : j;
  }
  static check decode(const json& j, raw_json& x) {
    if (!j.is_object())
      return wrong_type("an object", j);
    x.text = print_json(j);
    return {};
  }
  static json schema() { return {{"type", "object"}}; }
};

template <class T>
struct codec<std::optional<T>> {
  static json encode(const std::optional<T>& x) {
    return x ? codec<T>::encode(*x) : json(nullptr);
  }
  static check decode(const json& j, std::optional<T>& x) {
    if (j.is_null())
      return x.reset(), std::nullopt;
    return codec<T>::decode(j, x.emplace());
  }
  static json schema() { return codec<T>::schema(); }
};

template <class T>
struct codec<std::vector<T>> {
  static json encode(const std::vector<T>& xs) {
    json j = json::array();
    for (const auto& x : xs)
      j.push_back(codec<T>::encode(x));
    return j;
  }
  static check decode(const json& j, std::vector<T>& xs) {
    if (!j.is_array())
      return wrong_type("an array", j);
    xs.clear();
    for (const auto& item : j) {
      const auto step = "[" + std::to_string(xs.size()) + "]";
      if (auto c = codec<T>::decode(item, xs.emplace_back()))
        return within(step, std::move(c));
    }
    return {};
  }
  static json schema() { return {{"type", "array"}, {"items", codec<T>::schema()}}; }
};

template <class T>
struct codec<std::map<std::string, T>> {
  static json encode(const std::map<std::string, T>& xs) {
    json j = json::object();
    for (const auto& [key, x] : xs)
      j[key] = codec<T>::encode(x);
    return j;
  }
  static check decode(const json& j, std::map<std::string, T>& xs) {
    if (!j.is_object())
      return wrong_type("an object", j);
    xs.clear();
    for (const auto& [key, item] : j.items())
      if (auto c = codec<T>::decode(item, xs[key]))
        return within(key, std::move(c));
    return {};
  }
  static json schema() {
    return {{"type", "object"}, {"additionalProperties", codec<T>::schema()}};
  }
};

/// An enum that lists its wire names once, in enumerator order, through an ADL-found
/// `constexpr auto names(E)` that returns an array of string_view.
template <class E>
concept named_enum = std::is_enum_v<E> && requires(E e) {
  names(e);
};

template <named_enum E>
[[nodiscard]] constexpr std::string_view to_string(E e) {
  return names(e)[static_cast<std::size_t>(e)];
}

template <named_enum E>
[[nodiscard]] std::optional<E> from_name(std::string_view name) {
  static constexpr auto all = names(E{});
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] == name)
      return static_cast<E>(i);
  return {};
}

template <named_enum E>
struct codec<E> {
  static constexpr auto all = names(E{});

  static json encode(E e) { return to_string(e); }
  static check decode(const json& j, E& e) {
    if (!j.is_string())
      return wrong_type("a string", j);
    const auto& text = j.get_ref<const std::string&>();
    if (const auto found = from_name<E>(text))
      return e = *found, std::nullopt;
    return unknown_value(text, all);
  }
  static json schema() { return {{"type", "string"}, {"enum", all}}; }
};

/// A map whose keys are names of an enum. An ADL-found `key_objection(E)` may say why
/// one of them is none here.
template <named_enum E, class T>
struct codec<std::map<E, T>> {
  static constexpr auto all = names(E{});

  static std::string_view objection(E key) {
    if constexpr (requires { key_objection(key); })
      return key_objection(key);
    return {};
  }

  static json encode(const std::map<E, T>& xs) {
    json j = json::object();
    for (const auto& [key, x] : xs)
      j[std::string(to_string(key))] = codec<T>::encode(x);
    return j;
  }
  static check decode(const json& j, std::map<E, T>& xs) {
    if (!j.is_object())
      return wrong_type("an object", j);
    xs.clear();
    for (const auto& [name, item] : j.items()) {
      const auto key = from_name<E>(name);
      if (!key)
        return unknown_member(name, all);
      if (const auto why = objection(*key); !why.empty())
        return mismatch{name, std::string(why)};
      if (auto c = codec<T>::decode(item, xs[*key]))
        return within(name, std::move(c));
    }
    return {};
  }
  static json schema() {
    json allowed = json::array();
    for (std::size_t i = 0; i < all.size(); ++i)
      if (objection(static_cast<E>(i)).empty())
        allowed.push_back(all[i]);
    return {
      {"type", "object"},
      {"propertyNames", {{"enum", std::move(allowed)}}},
      {"additionalProperties", codec<T>::schema()}};
  }
};

} // namespace troupe
