#pragma once

#include "gateway/row.hpp"

/// The four verbs that every orchestration server ends at, on the run tools. A session
/// here is a run of the claude_code backend, and its id the run's.
namespace troupe::mcp {

struct start_claude_session {
  std::string prompt;
  std::optional<std::string> model;
  std::optional<std::string> cwd;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      required("prompt", &start_claude_session::prompt, "What Claude is asked to do."),
      optional(
        "model",
        &start_claude_session::model,
        "Model name; Claude Code's own if left out."),
      optional(
        "cwd",
        &start_claude_session::cwd,
        "Absolute, existing directory; the client's if absent."),
    };
  }
};

struct started_claude_session {
  std::string session_id;
  run_status status = run_status::queued;

  static constexpr auto fields() {
    return field_list{
      required(
        "session_id", &started_claude_session::session_id, "Handle; also a run_id."),
      required("status", &started_claude_session::status, "queued or running."),
    };
  }
};

struct list_claude_sessions {
  static constexpr bool closed = true;
  static constexpr auto fields() { return field_list{}; }
};

struct claude_session_row {
  std::string session_id;
  run_status status = run_status::queued;
  timestamp started_at;
  std::string summary;

  static constexpr auto fields() {
    return field_list{
      required("session_id", &claude_session_row::session_id, "Handle."),
      required("status", &claude_session_row::status, "Where it is."),
      required("started_at", &claude_session_row::started_at, "When it was asked for."),
      required("summary", &claude_session_row::summary, "What it did last."),
    };
  }
};

struct claude_session_list {
  std::vector<claude_session_row> sessions;
  std::uint64_t total = 0;

  static constexpr auto fields() {
    return field_list{
      required("sessions", &claude_session_list::sessions, "Newest first."),
      required(
        "total", &claude_session_list::total, "How many there are; list_runs pages."),
    };
  }
};

struct get_claude_session {
  std::string session_id;
  std::uint32_t tail_lines = 20;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      required("session_id", &get_claude_session::session_id, "From start or list."),
      optional(
        "tail_lines", &get_claude_session::tail_lines, "Lines of output, 0 to 200."),
    };
  }
};

struct claude_session_view {
  std::string session_id;
  run_status status = run_status::queued;
  std::string progress;
  std::vector<std::string> output_tail;
  std::optional<run_result> result;
  std::optional<std::string> error;
  std::vector<pending_request> pending;

  static constexpr auto fields() {
    return field_list{
      required("session_id", &claude_session_view::session_id, "Handle."),
      required("status", &claude_session_view::status, "Where it is."),
      required("progress", &claude_session_view::progress, "What it did last."),
      required("output_tail", &claude_session_view::output_tail, "Its last lines."),
      optional("result", &claude_session_view::result, "The answer, once known."),
      optional("error", &claude_session_view::error, "What went wrong and what to do."),
      optional(
        "pending",
        &claude_session_view::pending,
        "Requests to answer with continue_run."),
    };
  }
};

struct kill_claude_session {
  std::string session_id;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      required("session_id", &kill_claude_session::session_id, "From start or list."),
    };
  }
};

struct killed_claude_session {
  std::string session_id;
  run_status status = run_status::cancelled;
  bool killed = false;

  static constexpr auto fields() {
    return field_list{
      required("session_id", &killed_claude_session::session_id, "Handle."),
      required("status", &killed_claude_session::status, "Where it is."),
      required(
        "killed", &killed_claude_session::killed, "Whether its process tree is gone."),
    };
  }
};

// How each is played on the run tools.
void start_claude(
  const inquiry& q,
  start_claude_session params,
  reply_to<started_claude_session> reply);
void list_claude(
  const inquiry& q, list_claude_sessions params, reply_to<claude_session_list> reply);
void get_claude(
  const inquiry& q, get_claude_session params, reply_to<claude_session_view> reply);
void kill_claude(
  const inquiry& q, kill_claude_session params, reply_to<killed_claude_session> reply);

/// The last lines that a person would have seen of these events.
[[nodiscard]] std::vector<std::string>
last_lines(const std::vector<raw_json>& events, std::size_t lines_max);

} // namespace troupe::mcp
