#pragma once

#include "protocol/codec.hpp"
#include "protocol/record.hpp"

#include <span>
#include <string>
#include <string_view>

/// How records look in JSON. What is the same for all of them is compiled once, in
/// record_codec.cpp; a record adds one call for each of its members.
namespace troupe {

/// The codec of a member's type, for who does not know the type.
struct member_codec {
  json (*encode)(const void* member);
  check (*decode)(const json& j, void* member);
  json (*schema)();
  bool (*absent)(const void* member); ///< Null unless the member is a std::optional.
};

template <class V>
inline constexpr member_codec codec_of{
  [](const void* x) { return codec<V>::encode(*static_cast<const V*>(x)); },
  [](const json& j, void* x) { return codec<V>::decode(j, *static_cast<V*>(x)); },
  [] { return codec<V>::schema(); },
  nullptr};

template <class V>
inline constexpr member_codec codec_of<std::optional<V>>{
  [](const void* x) {
    return codec<V>::encode(**static_cast<const std::optional<V>*>(x));
  },
  [](const json& j, void* x) {
    return codec<std::optional<V>>::decode(j, *static_cast<std::optional<V>*>(x));
  },
  [] { return codec<V>::schema(); },
  [](const void* x) { return !static_cast<const std::optional<V>*>(x)->has_value(); }};

/// Builds the JSON of one record; members that are absent are left out.
class record_encoder {
public:
  void add(std::string_view name, const void* member, const member_codec& how);
  [[nodiscard]] json take() { return std::move(made_); }

private:
  json made_ = json::object();
};

/// Reads the members of one record; after the first that does not fit, none.
class record_decoder {
public:
  explicit record_decoder(const json& from);

  void
  read(std::string_view name, bool required, void* member, const member_codec& how);

  /// `closed`: a member that is not known is refused.
  [[nodiscard]] check take(bool closed);

private:
  const json& from_;
  check first_;
  std::vector<std::string_view> known_;
};

/// Builds the JSON Schema of one record.
class record_schema {
public:
  void add(
    std::string_view name,
    std::string_view doc,
    bool required,
    const void* initial,
    const member_codec& how);
  [[nodiscard]] json take(bool closed);

private:
  json properties_ = json::object();
  json required_ = json::array();
};

template <record T>
struct codec<T> {
  static json encode(const T& x) {
    static_assert(lists_every_member<T>, "a member is missing from fields()");
    record_encoder to;
    for_each_field<T>([&]<class V>(const field<T, V>& f) {
      to.add(f.name, &(x.*f.member), codec_of<V>);
    });
    return to.take();
  }

  static check decode(const json& j, T& x) {
    record_decoder from(j);
    for_each_field<T>([&]<class V>(const field<T, V>& f) {
      from.read(f.name, f.required, &(x.*f.member), codec_of<V>);
    });
    return from.take(closed_record<T>);
  }

  static json schema() {
    if constexpr (sketched_record<T>) {
      return {{"type", "object"}};
    } else {
      const T initial{};
      record_schema made;
      for_each_field<T>([&]<class V>(const field<T, V>& f) {
        made.add(f.name, f.doc, f.required, &(initial.*f.member), codec_of<V>);
      });
      return made.take(closed_record<T>);
    }
  }
};

} // namespace troupe
