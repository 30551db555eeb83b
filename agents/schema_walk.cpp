#include "agents/schema_walk.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace troupe::agents {

namespace {

constexpr auto schema_keywords = std::to_array<std::string_view>(
  {"additionalItems",
   "additionalProperties",
   "contains",
   "else",
   "if",
   "items",
   "not",
   "propertyNames",
   "then"});

constexpr auto list_keywords =
  std::to_array<std::string_view>({"allOf", "anyOf", "items", "oneOf"});

constexpr auto member_keywords =
  std::to_array<std::string_view>({"dependencies", "properties"});

/// Of later drafts, or not to be checked in bounded time. To pass over them in silence
/// would be to promise what is not held.
constexpr auto refused_keywords = std::to_array<std::string_view>(
  {"$dynamicRef",
   "$recursiveRef",
   "dependentRequired",
   "dependentSchemas",
   "maxContains",
   "minContains",
   "patternProperties",
   "prefixItems",
   "unevaluatedItems",
   "unevaluatedProperties"});

constexpr auto unchecked_keywords =
  std::to_array<std::string_view>({"$id", "format", "id", "pattern"});

bool is_schema(const json& j) {
  return j.is_object() || j.is_boolean();
}

} // namespace

check schema_walk::go() {
  if (!root_.is_object())
    return wrong_type("an object", root_);
  const auto type = root_.find("type");
  if (type == root_.end() || *type != "object")
    return mismatch{
      "type", "an answer is an object, so its schema says \"type\": \"object\""};
  return visit(root_, 1);
}

check schema_walk::visit(json& schema, int depth) {
  if (!is_schema(schema))
    return wrong_type("a schema", schema);
  if (depth > depth_max)
    return mismatch{{}, "nested deeper than " + std::to_string(depth_max) + " levels"};
  if (++subschemas_ > subschemas_max)
    return mismatch{
      {},
      "has more than " + std::to_string(subschemas_max) +
        " schemas in it, its references followed"};
  if (schema.is_boolean())
    return {};
  if (const auto reference = schema.find("$ref"); reference != schema.end())
    return within("$ref", follow(json(*reference), depth));
  return visit_keywords(schema, depth);
}

check schema_walk::visit_keywords(json& schema, int depth) {
  for (const auto name : refused_keywords)
    if (schema.contains(name))
      return mismatch{
        std::string(name), "is not checked here, and so not taken; leave it out"};
  for (const auto name : unchecked_keywords)
    schema.erase(std::string(name));
  for (const auto name : schema_keywords)
    if (const auto at = schema.find(name); at != schema.end() && !at->is_array())
      if (auto bad = visit(*at, depth + 1))
        return within(name, std::move(bad));
  for (const auto name : list_keywords)
    if (const auto at = schema.find(name); at != schema.end() && at->is_array())
      if (auto bad = visit_list(*at, depth + 1))
        return within(name, std::move(bad));
  for (const auto name : member_keywords)
    if (const auto at = schema.find(name); at != schema.end())
      if (auto bad = visit_members(*at, depth + 1))
        return within(name, std::move(bad));
  return {};
}

check schema_walk::visit_list(json& list, int depth) {
  for (std::size_t i = 0; i < list.size(); ++i)
    if (auto bad = visit(list[i], depth))
      return within("[" + std::to_string(i) + "]", std::move(bad));
  return {};
}

check schema_walk::visit_members(json& members, int depth) {
  if (!members.is_object())
    return wrong_type("an object", members);
  for (auto& [name, value] : members.items())
    if (!value.is_array())
      if (auto bad = visit(value, depth))
        return within(name, std::move(bad));
  return {};
}

check schema_walk::follow(const json& reference, int depth) {
  if (!reference.is_string())
    return wrong_type("a string", reference);
  const auto target = reference.get<std::string>();
  if (!target.starts_with("#/"))
    return mismatch{{}, "may name a part of this schema only, such as #/$defs/item"};
  if (std::ranges::find(followed_, target) != followed_.end())
    return mismatch{{}, target + " refers to itself; spell the levels out"};
  const json::json_pointer place(target.substr(1));
  if (!root_.contains(place))
    return mismatch{{}, "names nothing in this schema"};
  followed_.push_back(target);
  auto bad = visit(root_[place], depth + 1);
  followed_.pop_back();
  return bad;
}

} // namespace troupe::agents
