#pragma once

#include "protocol/phases.hpp"
#include "protocol/record.hpp"
#include "protocol/values.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Conversations with agents, each of one run or of several that go on with it.
namespace troupe {

struct list_sessions {
  std::optional<std::string> session_id; ///< Only this one.
  std::uint32_t limit = 50;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional("session_id", &list_sessions::session_id, "Only this one."),
      optional("limit", &list_sessions::limit, "At most this many, 1 to 100."),
    };
  }
};

struct session_brief {
  std::string session_id;
  std::string agent_name;
  std::string backend;
  std::string cwd;
  run_status status = run_status::queued;
  timestamp updated_at;
  std::string summary;
  std::vector<std::string> run_ids;

  static constexpr auto fields() {
    return field_list{
      required("session_id", &session_brief::session_id, "The conversation."),
      required("agent_name", &session_brief::agent_name, "Of its newest run."),
      required("backend", &session_brief::backend, "Which kind of agent."),
      required("cwd", &session_brief::cwd, "Its directory."),
      required("status", &session_brief::status, "Where its newest run is."),
      required("updated_at", &session_brief::updated_at, "When that last changed."),
      required("summary", &session_brief::summary, "What that did last."),
      required("run_ids", &session_brief::run_ids, "Its runs, newest first."),
    };
  }
};

struct session_page {
  std::vector<session_brief> sessions;
  std::uint64_t total = 0;

  static constexpr auto fields() {
    return field_list{
      required("sessions", &session_page::sessions, "Newest first."),
      required("total", &session_page::total, "How many there are."),
    };
  }
};

} // namespace troupe
