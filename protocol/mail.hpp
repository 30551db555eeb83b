#pragma once

#include "protocol/messages.hpp"
#include "protocol/record.hpp"
#include "protocol/values.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Messages to agents, from people and from each other: what the tools take and give.
namespace troupe {

enum class message_priority : std::uint8_t { next_turn, interrupt };

constexpr auto names(message_priority) {
  return std::to_array<std::string_view>({"next_turn", "interrupt"});
}

/// How far a message has come.
enum class message_state : std::uint8_t { queued, delivered, read, failed };

constexpr auto names(message_state) {
  return std::to_array<std::string_view>({"queued", "delivered", "read", "failed"});
}

struct send_agent_message {
  std::string to_agent_name;
  std::optional<std::string> cwd;
  agent_message message;
  message_priority priority = message_priority::next_turn;
  raw_json metadata;
  std::optional<std::string> idempotency_key;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      required(
        "to_agent_name",
        &send_agent_message::to_agent_name,
        "Whom it is for: an agent's name, or the run_id of one of its runs."),
      optional("cwd", &send_agent_message::cwd, "Where the name is meant."),
      required("message", &send_agent_message::message, "What to tell it."),
      optional(
        "priority",
        &send_agent_message::priority,
        "next_turn, or interrupt: its current turn is stopped first."),
      optional("metadata", &send_agent_message::metadata, "Kept with the message."),
      optional(
        "idempotency_key",
        &send_agent_message::idempotency_key,
        "The same key again answers with the same message."),
    };
  }
};

struct sent_message {
  std::string message_id;
  std::string to_agent_name;
  std::string to_session_id;
  std::uint64_t seq = 0;
  timestamp created_at;
  message_state state = message_state::queued;
  std::optional<std::string> run_id;

  static constexpr auto fields() {
    return field_list{
      required("message_id", &sent_message::message_id, "Its id."),
      required("to_agent_name", &sent_message::to_agent_name, "Whom it is for."),
      required("to_session_id", &sent_message::to_session_id, "Whose inbox it is in."),
      required("seq", &sent_message::seq, "Its number in that inbox."),
      required("created_at", &sent_message::created_at, "When it was sent."),
      required(
        "state",
        &sent_message::state,
        "queued: it waits in the inbox; delivered: it is a turn of run_id; read: the "
        "agent fetched it; failed: it never will be."),
      optional("run_id", &sent_message::run_id, "The run that was given it."),
    };
  }
};

struct fetch_agent_messages {
  std::optional<std::string> agent_name;
  std::optional<std::string> cwd;
  std::uint64_t after_seq = 0;
  std::uint32_t limit = 20;
  std::uint32_t wait_ms = 0;
  std::uint32_t max_bytes = 16'384;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional(
        "agent_name",
        &fetch_agent_messages::agent_name,
        "Whose inbox; an agent's own if left out."),
      optional("cwd", &fetch_agent_messages::cwd, "Where the name is meant."),
      optional(
        "after_seq", &fetch_agent_messages::after_seq, "Only messages after this one."),
      optional("limit", &fetch_agent_messages::limit, "At most this many, 1 to 100."),
      optional(
        "wait_ms",
        &fetch_agent_messages::wait_ms,
        "Wait this long for the first, 0 to 50000."),
      optional(
        "max_bytes",
        &fetch_agent_messages::max_bytes,
        "Of the answer, 1024 to 1048576."),
    };
  }
};

/// A message as its inbox keeps it, receipt included.
struct agent_letter {
  std::string message_id;
  std::uint64_t seq = 0;
  std::optional<std::string> from_agent_name;
  std::optional<std::string> from_session_id;
  std::optional<std::string> from_run_id;
  std::string to_agent_name;
  std::string to_session_id;
  timestamp created_at;
  message_priority priority = message_priority::next_turn;
  agent_message body;
  raw_json metadata;
  message_state state = message_state::queued;
  timestamp state_at;
  std::optional<std::string> run_id;
  std::optional<std::string> why;

  friend bool operator==(const agent_letter&, const agent_letter&) = default;

  static constexpr auto fields() {
    return field_list{
      required("message_id", &agent_letter::message_id, "Its id."),
      required("seq", &agent_letter::seq, "1, 2, 3 … of this inbox."),
      optional(
        "from_agent_name", &agent_letter::from_agent_name, "Absent: from a person."),
      optional("from_session_id", &agent_letter::from_session_id, "Its conversation."),
      optional("from_run_id", &agent_letter::from_run_id, "The run that sent it."),
      required("to_agent_name", &agent_letter::to_agent_name, "Whom it is for."),
      required("to_session_id", &agent_letter::to_session_id, "Whose inbox it is in."),
      required("created_at", &agent_letter::created_at, "When it was sent."),
      required("priority", &agent_letter::priority, "next_turn or interrupt."),
      required("body", &agent_letter::body, "What was said."),
      optional("metadata", &agent_letter::metadata, "As sent."),
      required(
        "state",
        &agent_letter::state,
        "queued, delivered (a turn of run_id), read (fetched), or failed."),
      required("state_at", &agent_letter::state_at, "Since when."),
      optional("run_id", &agent_letter::run_id, "The run that was given it."),
      optional("why", &agent_letter::why, "Why it failed."),
    };
  }
};

struct message_page {
  std::string agent_name;
  std::string session_id;
  std::vector<agent_letter> messages;
  std::uint64_t next_after_seq = 0;
  bool has_more = false;

  static constexpr auto fields() {
    return field_list{
      required("agent_name", &message_page::agent_name, "Whose inbox it is."),
      required("session_id", &message_page::session_id, "The conversation."),
      required("messages", &message_page::messages, "Oldest first."),
      required(
        "next_after_seq", &message_page::next_after_seq, "Give it as after_seq."),
      required("has_more", &message_page::has_more, "There are more now."),
    };
  }
};

} // namespace troupe
