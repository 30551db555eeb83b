#include "gateway/tasks.hpp"

#include "mcp/seal.hpp"

#include <algorithm>

namespace troupe::mcp {

namespace {

json state(const task& of, std::string_view status, timestamp now) {
  return {
    {"taskId", id_of(of)},
    {"status", status},
    {"createdAt", to_string(of.since)},
    {"lastUpdatedAt", to_string(now)},
    {"ttlMs", nullptr},
    {"pollIntervalMs", task_poll_ms}};
}

} // namespace

bool can_be_task(const tool& which) {
  return which.info.waits_for != nullptr;
}

std::string id_of(const task& of) {
  auto id = to_hex(print_json({of.which->info.name, of.since.ms, of.arguments}));
  return id.size() > task_id_max ? std::string() : id;
}

std::optional<task> read_task(std::string_view id, const tool_list& list) {
  const auto text = id.size() > task_id_max ? std::nullopt : from_hex(id);
  const auto all = text ? parse_json(*text) : result<json>(json());
  if (!all || !all->is_array() || all->size() != 3)
    return {};
  const auto& name = (*all)[0];
  const auto& since = (*all)[1];
  const auto& arguments = (*all)[2];
  if (!name.is_string() || !since.is_number_integer() || !arguments.is_object())
    return {};
  const auto which = std::ranges::find_if(
    list, [&](const tool* t) { return can_be_task(*t) && name == t->info.name; });
  if (which == list.end())
    return {};
  return task{*which, arguments, {since.get<std::int64_t>()}};
}

json at_once(json arguments) {
  arguments["wait_ms"] = 0;
  return arguments;
}

std::optional<std::string> waited_for(const task& of, const raw_json& answer) {
  const auto told = parse_json(answer.text);
  return told && told->is_object() ? of.which->info.waits_for(*told) : std::nullopt;
}

json working(const task& of, std::string waits_for, timestamp now) {
  auto all = state(of, "working", now);
  all["statusMessage"] = std::move(waits_for);
  return all;
}

json completed(const task& of, timestamp now) {
  return state(of, "completed", now);
}

} // namespace troupe::mcp
