#include "actors/run.hpp"

#include "agents/environment.hpp"
#include "protocol/json.hpp"
#include "protocol/text.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <array>

/// A RUN's news for people.
namespace troupe {

namespace {

constexpr std::size_t response_bytes_max = 16 * 1024;

/// What a command needs to reach a person's desktop; no secrets.
std::vector<std::string>
environment_for(const agents::environment& of_run, const notice_body& body) {
  constexpr std::array desktop{
    "DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"};
  auto env = agents::clean(of_run);
  for (const char* each : desktop)
    if (const auto it = of_run.find(each); it != of_run.end())
      env[each] = it->second;
  env["TROUPE_RUN_ID"] = body.run_id;
  env["TROUPE_AGENT_NAME"] = body.agent_name;
  env["TROUPE_EVENT"] = to_string(body.event);
  env["TROUPE_STATUS"] = to_string(body.status);
  std::vector<std::string> lines;
  for (const auto& [variable, value] : env)
    lines.push_back(variable + "=" + value);
  return lines;
}

} // namespace

void run_state::notify(notify_on what) {
  const auto& policy = launch_.notify;
  if (
    !policy || policy->command.empty() || !notifier_ ||
    std::ranges::find(policy->on, what) == policy->on.end())
    return;
  const auto& v = record_.view;
  notice_body body{
    .event = what,
    .run_id = v.run_id,
    .agent_name = v.agent_name,
    .backend = v.backend,
    .role = v.role,
    .status = v.status,
    .cwd = v.cwd,
    .summary = v.summary,
    .at = around_.world->wall(),
    .pending = v.pending,
    .final_response = {},
    .error = v.error,
    .exit = v.exit};
  if (v.result && v.result->final_response)
    body.final_response =
      std::string(utf8_prefix(*v.result->final_response, response_bytes_max));
  new_notice told{
    .notice =
      {.run_id = v.run_id,
       .seq = seq_,
       .policy = *policy,
       .env = environment_for(env_ ? *env_ : agents::environment{}, body),
       .body = encode_text(body),
       .made_at = body.at},
    .from = run_actor(self_)};
  caf::anon_send(around_.journal, add_notice{.notice = told.notice});
  unsent_notices_.push_back(std::move(told));
}

/// What a person hears of is on the disk first.
void run_state::send_notices() {
  for (auto& each : std::exchange(unsent_notices_, {})) {
    if (each.notice.seq <= told_seq_)
      self_->send(notifier_, std::move(each));
    else
      unsent_notices_.push_back(std::move(each));
  }
}

void run_state::not_notified(const notice_failed& failed) {
  if (final())
    return;
  json data{{"kind", "notify_failed"}, {"message", failed.why}};
  emit({event_type::warning, {print_json(data)}});
  flush();
}

} // namespace troupe
