#pragma once

#include "actors/caller.hpp"
#include "agents/adapter.hpp"
#include "protocol/result.hpp"
#include "protocol/runs.hpp"
#include "store/configuration.hpp"
#include "store/run_record.hpp"

#include <optional>
#include <string>

/// From what a caller asked to what is written down: pure, without actors.
namespace troupe {

/// What a caller's own run may hand down to a run it starts.
struct parent_rights {
  std::string backend;
  permission_policy permissions;
  raw_json backend_config;
  std::vector<std::string> command;
  std::optional<confinement> confine;
};

/// Fills in what a run that is started by another has from it where the request says
/// nothing: permissions, and what of backend_config a child may not set otherwise.
void inherit(spawn_run& request, const parent_rights& parent);

/// A run about to be created.
struct new_run {
  store::run_record record;
  store::launch_record launch;
};

/// The backend a name stands for: a name of the configuration, else of the table.
struct chosen_backend {
  const agents::backend_type* type = nullptr;
  store::backend_settings settings;
  std::optional<notify_policy> notify; ///< Of the configuration.
};

[[nodiscard]] result<chosen_backend>
choose_backend(const store::configuration& config, const std::string& name);

/// Refuses what a run may not do for its own child: another backend, permissions or a
/// permission mode beyond its own.
[[nodiscard]] result<void>
check_rights(const spawn_run& request, const parent_rights& parent);

/// Composes the records. `session` is the conversation to resume, if any; `agent_name`
/// has been found free.
[[nodiscard]] result<new_run> compose(
  const asked<spawn_run>& request,
  const chosen_backend& backend,
  const std::optional<store::session_record>& session,
  const std::string& agent_name,
  timestamp now);

/// The directory a run works in, written in one way only: that of its session, else as
/// asked, else the client's.
[[nodiscard]] std::string place_of(
  const asked<spawn_run>& request, const std::optional<store::session_record>& session);

/// The name under which a caller's own key is kept: what one run calls `1` is nothing
/// to another, nor to a person.
[[nodiscard]] std::string key_of(const caller& who, const std::string& idempotency_key);

/// The question that goes on with a session, as a request for a new run.
[[nodiscard]] spawn_run
as_spawn(const store::session_record& session, const continue_run& question);

[[nodiscard]] spawned_run answer_for(const store::run_record& record);

/// What a list shows of it.
[[nodiscard]] run_brief brief_of(const run_view& v);

} // namespace troupe
