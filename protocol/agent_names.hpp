#pragma once

#include "protocol/record.hpp"
#include "protocol/values.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Named agents: what list_agents takes and gives.
namespace troupe {

enum class agent_status : std::uint8_t {
  queued,
  running,
  input_required,
  auth_required,
  idle
};

constexpr auto names(agent_status) {
  return std::to_array<std::string_view>(
    {"queued", "running", "input_required", "auth_required", "idle"});
}

struct list_agents {
  std::optional<agent_status> status;
  std::optional<std::string> backend;
  std::optional<std::string> cwd;
  std::uint32_t limit = 50;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional("status", &list_agents::status, "Only agents like this."),
      optional("backend", &list_agents::backend, "Only agents of this kind."),
      optional("cwd", &list_agents::cwd, "Only agents of this directory."),
      optional("limit", &list_agents::limit, "At most this many, 1 to 100."),
    };
  }
};

/// A conversation under its name, with the newest of its runs.
struct agent_entry {
  std::string agent_name;
  std::string role;
  std::string backend;
  std::string session_id;
  agent_status status = agent_status::idle;
  std::string cwd;
  std::string last_run_id;
  timestamp updated_at;

  friend bool operator==(const agent_entry&, const agent_entry&) = default;

  static constexpr auto fields() {
    return field_list{
      required("agent_name", &agent_entry::agent_name, "Its nickname."),
      required("role", &agent_entry::role, "Its label."),
      required("backend", &agent_entry::backend, "Which kind of agent."),
      required("session_id", &agent_entry::session_id, "The conversation."),
      required("status", &agent_entry::status, "idle: no run of it is live."),
      required("cwd", &agent_entry::cwd, "Its directory."),
      required("last_run_id", &agent_entry::last_run_id, "Its live or newest run."),
      required("updated_at", &agent_entry::updated_at, "When it last changed."),
    };
  }
};

struct agent_page {
  std::vector<agent_entry> agents;
  std::uint64_t total = 0;

  static constexpr auto fields() {
    return field_list{
      required("agents", &agent_page::agents, "Live ones first, then the newest."),
      required("total", &agent_page::total, "How many match."),
    };
  }
};

} // namespace troupe
