#include "protocol/record_codec.hpp"

#include <algorithm>

namespace troupe {

void record_encoder::add(
  std::string_view name, const void* member, const member_codec& how) {
  if (!how.absent || !how.absent(member))
    made_[std::string(name)] = how.encode(member);
}

record_decoder::record_decoder(const json& from) : from_(from) {
  if (!from.is_object())
    first_ = wrong_type("an object", from);
}

void record_decoder::read(
  std::string_view name, bool required, void* member, const member_codec& how) {
  if (first_)
    return;
  known_.push_back(name);
  const auto it = from_.find(name);
  if (it != from_.end())
    first_ = within(name, how.decode(*it, member));
  else if (required)
    first_ = mismatch{std::string(name), "required"};
}

check record_decoder::take(bool closed) {
  if (closed && !first_)
    for (const auto& [name, value] : from_.items())
      if (std::ranges::find(known_, name) == known_.end())
        return unknown_member(name, known_);
  return std::move(first_);
}

void record_schema::add(
  std::string_view name,
  std::string_view doc,
  bool required,
  const void* initial,
  const member_codec& how) {
  auto s = how.schema();
  s["description"] = doc;
  if (required)
    required_.push_back(name);
  else if (!how.absent)
    s["default"] = how.encode(initial);
  properties_[std::string(name)] = std::move(s);
}

json record_schema::take(bool closed) {
  json s{{"type", "object"}, {"properties", std::move(properties_)}};
  if (!required_.empty())
    s["required"] = std::move(required_);
  if (closed)
    s["additionalProperties"] = false;
  return s;
}

} // namespace troupe
