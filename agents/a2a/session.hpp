#pragma once

#include "agents/adapter.hpp"
#include "protocol/record.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::agents::a2a {

/// What an attempt has to know of the one before it: the backend's session id, as text.
/// A prompt is never sent twice, so it says what became of the last message.
struct remote_session {
  std::string key; ///< Begins the ids of our messages.
  std::uint32_t said = 0;
  std::optional<std::string> context;
  std::optional<std::string> task;
  bool unsaid = false;
  bool unsure = false;
  bool cancelling = false;
  bool lost = false;

  static constexpr auto fields() {
    return field_list{
      required("key", &remote_session::key, "Begins the ids of our messages."),
      optional("said", &remote_session::said, "How many there were."),
      optional("context", &remote_session::context, "The conversation."),
      optional("task", &remote_session::task, "Not over, as far as is known."),
      optional(
        "unsaid", &remote_session::unsaid, "The prompt of this run was not sent yet."),
      optional(
        "unsure",
        &remote_session::unsure,
        "The last message was sent, and no answer came."),
      optional("cancelling", &remote_session::cancelling, "The task was to be ended."),
      optional("lost", &remote_session::lost, "The agent forgot its last task."),
    };
  }
};

/// That of the plan, or a new one.
[[nodiscard]] remote_session session_of(const attempt_plan& plan);

} // namespace troupe::agents::a2a
