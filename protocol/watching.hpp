#pragma once

#include "protocol/phases.hpp"
#include "protocol/run_brief.hpp"
#include "protocol/values.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Questions about runs: one, its events, many, and waiting for them.
namespace troupe {

struct get_run {
  std::optional<std::string> run_id;
  std::optional<std::string> agent_name;
  std::optional<std::string> cwd;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional("run_id", &get_run::run_id, "The run, or a unique prefix of its id."),
      optional("agent_name", &get_run::agent_name, "Instead of run_id."),
      optional("cwd", &get_run::cwd, "Where the agent_name is meant."),
    };
  }
};

struct poll_events {
  std::optional<std::string> run_id;
  std::optional<std::string> agent_name;
  std::optional<std::string> cwd;
  std::uint64_t after_seq = 0;
  std::uint32_t limit = 100;
  std::uint32_t wait_ms = 20'000;
  std::uint32_t max_bytes = 16'384;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional(
        "run_id", &poll_events::run_id, "The run, or a unique prefix of its id."),
      optional("agent_name", &poll_events::agent_name, "Instead of run_id."),
      optional("cwd", &poll_events::cwd, "Where the agent_name is meant."),
      optional("after_seq", &poll_events::after_seq, "Only events after this one."),
      optional("limit", &poll_events::limit, "At most this many, 1 to 1000."),
      optional(
        "wait_ms", &poll_events::wait_ms, "Wait this long for the first, 0 to 30000."),
      optional(
        "max_bytes", &poll_events::max_bytes, "Size of the answer, 1024 to 1048576."),
    };
  }
};

struct event_page {
  std::string run_id;
  run_status status = run_status::queued;
  std::vector<raw_json> events;
  std::uint64_t next_after_seq = 0;
  std::uint64_t last_seq = 0;
  bool has_more = false;

  static constexpr auto fields() {
    return field_list{
      required("run_id", &event_page::run_id, "The run."),
      required("status", &event_page::status, "Where it is."),
      required(
        "events", &event_page::events, "In order, without gaps: seq, ts, type, data …"),
      required(
        "next_after_seq", &event_page::next_after_seq, "Give this as after_seq next."),
      required(
        "last_seq", &event_page::last_seq, "Number of the newest event there is."),
      required("has_more", &event_page::has_more, "Whether more can be had at once."),
    };
  }
};

struct list_runs {
  std::optional<run_status> status;
  std::optional<std::string> backend;
  std::optional<std::string> cwd;
  std::uint32_t limit = 20;
  std::optional<std::string> cursor;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional("status", &list_runs::status, "Only runs with this status."),
      optional("backend", &list_runs::backend, "Only runs of this backend."),
      optional("cwd", &list_runs::cwd, "Only runs in this directory."),
      optional("limit", &list_runs::limit, "At most this many, 1 to 100."),
      optional("cursor", &list_runs::cursor, "From the page before."),
    };
  }
};

struct run_page {
  std::vector<run_brief> runs;
  std::uint64_t total = 0;
  std::optional<std::string> next_cursor;

  static constexpr auto fields() {
    return field_list{
      required("runs", &run_page::runs, "Newest first."),
      required("total", &run_page::total, "How many match."),
      optional(
        "next_cursor", &run_page::next_cursor, "For the next page, if there is one."),
    };
  }
};

enum class wait_mode : std::uint8_t { any, all };

constexpr auto names(wait_mode) {
  return std::to_array<std::string_view>({"any", "all"});
}

enum class wait_until : std::uint8_t { terminal, attention };

constexpr auto names(wait_until) {
  return std::to_array<std::string_view>({"terminal", "attention"});
}

struct wait_runs {
  std::vector<std::string> run_ids;
  wait_mode mode = wait_mode::all;
  wait_until until = wait_until::attention;
  std::uint32_t wait_ms = 50'000;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      required(
        "run_ids",
        &wait_runs::run_ids,
        "1 to 100 runs, by id, unique prefix or agent name."),
      optional("mode", &wait_runs::mode, "any: the first of them; all: every one."),
      optional(
        "until",
        &wait_runs::until,
        "terminal: ended; attention: ended or needs an answer."),
      optional(
        "wait_ms",
        &wait_runs::wait_ms,
        "At most this long, 0 to 50000; call again to go on."),
    };
  }
};

struct waited_runs {
  bool satisfied = false;
  std::vector<run_brief> runs;
  std::vector<std::string> still_waiting;

  static constexpr auto fields() {
    return field_list{
      required(
        "satisfied",
        &waited_runs::satisfied,
        "false: time ran out; call again to go on."),
      required("runs", &waited_runs::runs, "All of them, as they are now."),
      required(
        "still_waiting", &waited_runs::still_waiting, "Ids of those not there yet."),
    };
  }
};

} // namespace troupe
