#pragma once

#include "protocol/exit.hpp"
#include "protocol/phases.hpp"
#include "protocol/record.hpp"
#include "protocol/run_views.hpp"
#include "protocol/values.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Telling a person, by a command of the person's own, that a run needs an answer or
/// has ended.
namespace troupe {

enum class notify_on : std::uint8_t { attention, end };

constexpr auto names(notify_on) {
  return std::to_array<std::string_view>({"attention", "end"});
}

struct notify_policy {
  std::vector<std::string> command;
  std::vector<notify_on> on = {notify_on::attention, notify_on::end};
  std::uint32_t timeout_s = 30;

  friend bool operator==(const notify_policy&, const notify_policy&) = default;

  static constexpr bool closed = true;
  static constexpr bool sketched = true;
  static constexpr auto fields() {
    return field_list{
      required(
        "command", &notify_policy::command, "Argv; gets the event as JSON on stdin."),
      optional("on", &notify_policy::on, "It needs an answer; it has ended."),
      optional("timeout_s", &notify_policy::timeout_s, "1 to 600; then killed."),
    };
  }
};

/// What the command is told.
struct notice_body {
  notify_on event = notify_on::attention;
  std::string run_id;
  std::string agent_name;
  std::string backend;
  std::string role;
  run_status status = run_status::running;
  std::string cwd;
  std::string summary;
  timestamp at;
  std::vector<pending_request> pending;
  std::optional<std::string> final_response;
  std::optional<std::string> error;
  std::optional<exit_reason> exit;

  static constexpr auto fields() {
    return field_list{
      required("event", &notice_body::event, "attention or end."),
      required("run_id", &notice_body::run_id, "The run."),
      required("agent_name", &notice_body::agent_name, "Its nickname."),
      required("backend", &notice_body::backend, "Which kind of agent."),
      required("role", &notice_body::role, "Its label."),
      required("status", &notice_body::status, "Where it is."),
      required("cwd", &notice_body::cwd, "Its directory."),
      required("summary", &notice_body::summary, "What it said or did last."),
      required("at", &notice_body::at, "When it happened."),
      optional("pending", &notice_body::pending, "What waits for an answer."),
      optional("final_response", &notice_body::final_response, "Its first 16 KiB."),
      optional("error", &notice_body::error, "What went wrong."),
      optional("exit", &notice_body::exit, "Why it ended."),
    };
  }
};

} // namespace troupe
