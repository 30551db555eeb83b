#pragma once

#include "protocol/record.hpp"
#include "protocol/values.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// What can be told about a run (mission R10), and `warning`, which is ours.
enum class event_type : std::uint8_t {
  run_started,
  status_changed,
  agent_message,
  message_added,
  reasoning,
  command_started,
  command_updated,
  command_finished,
  file_changed,
  tool_started,
  tool_finished,
  artifact_added,
  todo_updated,
  input_required,
  auth_required,
  rejected,
  run_completed,
  run_failed,
  warning,
};

constexpr auto names(event_type) {
  return std::to_array<std::string_view>(
    {"run_started",
     "status_changed",
     "agent_message",
     "message_added",
     "reasoning",
     "command_started",
     "command_updated",
     "command_finished",
     "file_changed",
     "tool_started",
     "tool_finished",
     "artifact_added",
     "todo_updated",
     "input_required",
     "auth_required",
     "rejected",
     "run_completed",
     "run_failed",
     "warning"});
}

/// What an adapter or a run has to tell, without its envelope.
struct event {
  event_type type = event_type::warning;
  raw_json data;

  friend bool operator==(const event&, const event&) = default;
};

/// Where in an attempt an event comes from: after folding stdout up to `end_offset` and
/// `inputs` inputs, the `index`-th event of that step. Orders the events of a run, so
/// that a successor that folds the transcript again knows which it has told already.
struct event_source {
  std::uint32_t attempt = 0;
  std::uint64_t end_offset = 0;
  std::uint64_t inputs = 0;
  std::uint32_t index = 0;

  friend auto operator<=>(const event_source&, const event_source&) = default;

  static constexpr auto fields() {
    return field_list{
      required("attempt", &event_source::attempt, "Which attempt."),
      required("end_offset", &event_source::end_offset, "Bytes of stdout folded."),
      required("inputs", &event_source::inputs, "Inputs folded."),
      required("index", &event_source::index, "Which event of that step, from 0."),
    };
  }
};

/// One line of events.jsonl. `src` is absent where the run itself speaks, and is not
/// shown at the door.
struct event_line {
  std::uint64_t seq = 0;
  timestamp ts;
  std::string run_id;
  std::string session_id;
  std::string backend;
  event_type type = event_type::warning;
  raw_json data;
  std::optional<event_source> src;

  static constexpr auto fields() {
    return field_list{
      required("seq", &event_line::seq, "1, 2, 3 … without gaps."),
      required("ts", &event_line::ts, "When it was read."),
      required("run_id", &event_line::run_id, "The run."),
      required("session_id", &event_line::session_id, "The conversation."),
      required("backend", &event_line::backend, "Which kind of agent."),
      required("type", &event_line::type, "What happened."),
      required("data", &event_line::data, "Its details."),
      optional("src", &event_line::src, "Where it was folded from."),
    };
  }
};

/// An input given to an agent, as a line of inputs.ndjson; written before it is acted
/// on.
enum class input_kind : std::uint8_t { turn, answer, interrupt, close, nudge, file };

constexpr auto names(input_kind) {
  return std::to_array<std::string_view>(
    {"turn", "answer", "interrupt", "close", "nudge", "file"});
}

struct agent_input {
  std::uint64_t n = 0;
  std::uint64_t at_offset = 0;
  input_kind kind = input_kind::turn;
  raw_json body;

  friend bool operator==(const agent_input&, const agent_input&) = default;

  static constexpr auto fields() {
    return field_list{
      required("n", &agent_input::n, "1, 2, 3 … of this attempt."),
      required(
        "at_offset", &agent_input::at_offset, "Bytes of stdout folded before it."),
      required(
        "kind",
        &agent_input::kind,
        "turn, nudge: {text}; answer: a request_answer; file: a file_answer; others "
        "{}."),
      required("body", &agent_input::body, "What was said."),
    };
  }
};

} // namespace troupe
