#pragma once

#include "protocol/result.hpp"
#include "protocol/values.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

/// JSON values, and what goes wrong when one is read as a type.
namespace troupe {

/// Keeps the order of declaration, so that schemas and golden files read as written.
using json = nlohmann::ordered_json;

/// Parses one JSON text of at most `depth_max` levels; never throws. Objects are
/// bounded too: 10000 members in one, fewer in each of many, as their cost is the
/// square of that.
[[nodiscard]] result<json> parse_json(std::string_view text, int depth_max = 64);

/// Compact text; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string print_json(const json& j);

/// A member of an object; null if there is none, or it is no object.
[[nodiscard]] const json& member(const json& object, std::string_view name);

/// Where and why a JSON value does not fit, e.g. `env[2].name: required`.
struct mismatch {
  std::string path;
  std::string reason;
};

[[nodiscard]] std::string to_string(const mismatch& m);

/// Empty on success.
using check = std::optional<mismatch>;

[[nodiscard]] check wrong_type(std::string_view wanted, const json& got);

/// Prefixes the path of a failed check; passes a success through.
[[nodiscard]] check within(std::string_view step, check c);

/// `unknown field`, with the nearest known name.
[[nodiscard]] mismatch
unknown_member(const std::string& name, std::span<const std::string_view> known);

/// `unknown value "x"`, with what is allowed.
[[nodiscard]] mismatch
unknown_value(const std::string& value, std::span<const std::string_view> known);

/// How a type looks in JSON: `encode`, `decode` and `schema`, side by side so that
/// they cannot drift apart.
template <class T>
struct codec;

template <class T>
[[nodiscard]] json encode(const T& x) {
  return codec<T>::encode(x);
}

template <class T>
[[nodiscard]] result<T> decode(const json& j) {
  T x{};
  if (auto m = codec<T>::decode(j, x))
    return fail(errc::invalid_argument, to_string(*m));
  return x;
}

/// Parses and decodes one text.
template <class T>
[[nodiscard]] result<T> decode_text(std::string_view text) {
  auto j = parse_json(text);
  if (!j)
    return fail(std::move(j.error()));
  return decode<T>(*j);
}

template <class T>
[[nodiscard]] json schema() {
  return codec<T>::schema();
}

} // namespace troupe
