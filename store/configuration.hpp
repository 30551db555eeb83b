#pragma once

#include "protocol/confinement.hpp"
#include "protocol/daemon_limits.hpp"
#include "protocol/http_settings.hpp"
#include "protocol/notify.hpp"
#include "protocol/policy.hpp"
#include "protocol/result.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::store {

/// A backend under a name of the user's own (troupe.yml: backends.<name>).
struct backend_settings {
  std::string type;
  std::vector<std::string> command;
  std::map<std::string, std::string> env;
  std::string account;
  raw_json backend_config;
  std::optional<run_limits> limits;
  std::optional<restart_policy> restart;
  std::optional<permission_policy> permissions;
  std::optional<confinement> confine;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      required(
        "type",
        &backend_settings::type,
        "claude_code, codex, codex_exec, acp, remote_a2a or process."),
      optional("command", &backend_settings::command, "Program and arguments."),
      optional("env", &backend_settings::env, "Added to the agent's environment."),
      optional(
        "account",
        &backend_settings::account,
        "Runs of one account share its usage limits; told by the login if absent."),
      optional(
        "backend_config",
        &backend_settings::backend_config,
        "What a call leaves out of its own."),
      optional("limits", &backend_settings::limits, "Instead of the defaults."),
      optional("restart", &backend_settings::restart, "Instead of the defaults."),
      optional(
        "permissions", &backend_settings::permissions, "Instead of the defaults."),
      optional("confine", &backend_settings::confine, "How far its runs may reach."),
    };
  }
};

/// How long final runs are kept, and how much of the disk all runs may take. Live ones
/// are never removed, and so may take more.
struct retention_limits {
  std::uint32_t days = 30;
  std::uint32_t max_gb = 0;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional(
        "days",
        &retention_limits::days,
        "Final runs are kept this many days; 0: for ever."),
      optional(
        "max_gb",
        &retention_limits::max_gb,
        "Beyond this, those go that ended first; 0: no limit."),
    };
  }
};

/// $XDG_CONFIG_HOME/troupe/troupe.yml, or --config / TROUPE_CONFIG. Absent: all
/// defaults.
struct configuration {
  std::map<std::string, backend_settings> backends;
  admission_limits limits;
  std::vector<std::string> toolsets = {"runs"};
  std::uint32_t idle_exit_s = 600;
  std::optional<notify_policy> notify;
  http_settings http;
  retention_limits retention;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional("backends", &configuration::backends, "By name."),
      optional("limits", &configuration::limits, "How much the daemon takes on."),
      optional(
        "toolsets", &configuration::toolsets, "Listed unless a client names its own."),
      optional(
        "idle_exit_s",
        &configuration::idle_exit_s,
        "The daemon ends after this long without clients and live runs; 0: never."),
      optional(
        "notify",
        &configuration::notify,
        "A command for when a run needs an answer or has ended."),
      optional("http", &configuration::http, "The door for clients over HTTP."),
      optional("retention", &configuration::retention, "What is kept of final runs."),
    };
  }
};

/// Reads and checks it; an error names line and path of what is wrong, e.g.
/// `troupe.yml:3: limits.live_run: unknown field; did you mean live_runs?`. No file:
/// all defaults. Scalars have the types of YAML's core schema; what is quoted is a
/// string.
[[nodiscard]] result<configuration>
read_configuration(const std::filesystem::path& file);

} // namespace troupe::store
