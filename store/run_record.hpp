#pragma once

#include "protocol/messages.hpp"
#include "protocol/notify.hpp"
#include "protocol/runs.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::store {

/// One attempt as run.json keeps it.
struct attempt_record {
  attempt_view view;
  std::optional<std::string> session; ///< Backend session it was started with.
  bool resumed = false;
  bool over = false; ///< Its end has been judged.

  static constexpr auto fields() {
    return field_list{
      required("view", &attempt_record::view, "What get_run shows."),
      optional(
        "session", &attempt_record::session, "Backend session it was started with."),
      optional(
        "resumed", &attempt_record::resumed, "Whether that session was resumed."),
      optional("over", &attempt_record::over, "Its end has been judged."),
    };
  }
};

/// run.json: what a successor needs to go on with a run, and all that get_run shows.
struct run_record {
  int version = 1;
  run_view view;
  std::vector<attempt_record> attempts;
  std::optional<std::string>
    stop_reason; ///< A stop was ordered: final over any policy.
  std::optional<std::string> resumed_from; ///< The run this one goes on from.
  std::optional<timestamp> next_start;     ///< When it is backing off or parked: until.
  std::vector<agent_message> waiting_turns;  ///< No attempt has sent them yet.
  std::vector<std::string> keys;             ///< Of the calls that asked for it.
  std::optional<std::string> start_cause;    ///< Why its team started it.
  std::optional<restart_mode> restart_order; ///< A restart was ordered and is due.
  std::vector<std::string> messages;         ///< Ids of the newest that became turns.
  std::vector<std::string> unsaid_messages;  ///< Of those: the inbox has them back.

  static constexpr auto fields() {
    return field_list{
      required("version", &run_record::version, "Of this file; 1."),
      required("view", &run_record::view, "What get_run shows."),
      optional("attempts", &run_record::attempts, "Every start of it."),
      optional("stop_reason", &run_record::stop_reason, "A stop was ordered."),
      optional(
        "resumed_from", &run_record::resumed_from, "The run this one goes on from."),
      optional("next_start", &run_record::next_start, "When its next attempt is due."),
      optional(
        "waiting_turns", &run_record::waiting_turns, "No attempt has sent them yet."),
      optional(
        "keys", &run_record::keys, "Idempotency keys of calls that asked for it."),
      optional("start_cause", &run_record::start_cause, "Why its team started it."),
      optional("restart_order", &run_record::restart_order, "A restart is due."),
      optional("messages", &run_record::messages, "Of its inbox: these became turns."),
      optional(
        "unsaid_messages",
        &run_record::unsaid_messages,
        "Turns that were never said; they go back to the inbox."),
    };
  }
};

/// launch.json (0600, removed when the run is final): how to start it, secrets
/// included.
struct launch_record {
  int version = 1;
  std::string backend_type;
  std::vector<std::string> command;
  std::string prompt;
  std::vector<message_part> parts; ///< Of a prompt that is more than text.
  raw_json backend_config;
  restart_policy restart;
  run_limits limits;
  permission_policy permissions;
  std::map<std::string, std::string> env; ///< Complete, without what attempts add.
  std::optional<notify_policy> notify;
  std::optional<confinement> confine;
  std::string account;                ///< Whose usage limits it shares.
  std::optional<std::string> persona; ///< Text of its profile.
  std::optional<raw_json> output_schema;

  static constexpr auto fields() {
    return field_list{
      required("version", &launch_record::version, "Of this file; 1."),
      required(
        "backend_type", &launch_record::backend_type, "Row of the backend table."),
      optional("command", &launch_record::command, "Configured program."),
      required("prompt", &launch_record::prompt, "First turn."),
      optional("parts", &launch_record::parts, "All of it, if it is more than text."),
      optional("backend_config", &launch_record::backend_config, "As given."),
      optional("restart", &launch_record::restart, "As given."),
      optional("limits", &launch_record::limits, "As given."),
      optional("permissions", &launch_record::permissions, "As given."),
      optional("env", &launch_record::env, "Complete environment."),
      optional("notify", &launch_record::notify, "Who is told of it."),
      optional("confine", &launch_record::confine, "How far it may reach."),
      optional("account", &launch_record::account, "Whose usage limits it shares."),
      optional("persona", &launch_record::persona, "Text of its profile."),
      optional("output_schema", &launch_record::output_schema, "As given."),
    };
  }
};

/// sessions/<session_id>.json: a conversation outlives its runs.
struct session_record {
  int version = 1;
  std::string session_id;
  std::string backend;
  std::string cwd;
  std::string agent_name;
  std::optional<std::string> backend_session_id;
  std::optional<std::string> parent_run_id; ///< The run that started its last run.
  std::string last_run_id;
  timestamp updated_at;
  launch_record launch; ///< Of its last run, for continue_run; without secrets' values.
  std::optional<worktree_view> worktree; ///< That all its runs work in.

  static constexpr auto fields() {
    return field_list{
      required("version", &session_record::version, "Of this file; 1."),
      required("session_id", &session_record::session_id, "Its id."),
      required("backend", &session_record::backend, "It belongs to one."),
      required("cwd", &session_record::cwd, "Where it takes place."),
      required("agent_name", &session_record::agent_name, "Its nickname."),
      optional(
        "backend_session_id", &session_record::backend_session_id, "For resume."),
      optional(
        "parent_run_id",
        &session_record::parent_run_id,
        "The run that started its last run."),
      required("last_run_id", &session_record::last_run_id, "Its newest run."),
      required("updated_at", &session_record::updated_at, "When it last changed."),
      required("launch", &session_record::launch, "How its last run was started."),
      optional("worktree", &session_record::worktree, "That all its runs work in."),
    };
  }
};

} // namespace troupe::store
