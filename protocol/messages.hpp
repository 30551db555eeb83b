#pragma once

#include "protocol/json.hpp"

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

enum class part_type : std::uint8_t { text, data, file };

constexpr auto names(part_type) {
  return std::to_array<std::string_view>({"text", "data", "file"});
}

/// One part of a message; which members are used depends on its type.
struct message_part {
  part_type type = part_type::text;
  std::optional<std::string> text;
  std::optional<raw_json> data;
  std::optional<std::string> uri;
  std::optional<std::string> bytes_base64;
  std::optional<std::string> mime_type;
  std::optional<std::string> name;

  friend bool operator==(const message_part&, const message_part&) = default;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      required("type", &message_part::type, "text, data or file."),
      optional("text", &message_part::text, "Of a text part."),
      optional("data", &message_part::data, "Of a data part: an object."),
      optional("uri", &message_part::uri, "Of a file part: where it is."),
      optional(
        "bytes_base64", &message_part::bytes_base64, "Of a file part: its bytes."),
      optional("mime_type", &message_part::mime_type, "Of a file part."),
      optional("name", &message_part::name, "Of a file part."),
    };
  }
};

enum class message_role : std::uint8_t { user, agent, system };

constexpr auto names(message_role) {
  return std::to_array<std::string_view>({"user", "agent", "system"});
}

/// What is said to an agent or by one. On the wire a plain string is accepted as a
/// user message of one text part. At most 100 parts; what comes with them as base64 has
/// 3 MiB at most, since an agent is told a turn in one line.
struct agent_message {
  message_role role = message_role::user;
  std::vector<message_part> parts;

  friend bool operator==(const agent_message&, const agent_message&) = default;
};

[[nodiscard]] agent_message text_message(std::string text);

/// A part in words: text verbatim, data as JSON, a file as an `Attached file:` line
/// that names it, without its bytes.
[[nodiscard]] std::string part_text(const message_part& part);

/// All of it as one prompt.
[[nodiscard]] std::string prompt_text(const agent_message& m);

[[nodiscard]] bool is_text_only(const agent_message& m);

/// A turn as the body of an input: `{text}`, and `parts` if there is more than text.
[[nodiscard]] json turn_body(const agent_message& m);

/// Its files as events show them: `[{name, mime_type, uri, bytes}]`, where `bytes` is
/// how many came with it.
[[nodiscard]] json files_in(const agent_message& m);

/// The first data part, if any.
[[nodiscard]] const raw_json* data_of(const agent_message& m);

template <>
struct codec<agent_message> {
  static json encode(const agent_message& m);
  static check decode(const json& j, agent_message& m);
  static json schema();
};

/// Answers a pending request, as a data part of a `continue_run` message.
struct request_answer {
  std::optional<std::string> request_id;
  std::string decision;
  std::optional<std::string> message;
  std::optional<raw_json> updated_input;
  std::optional<std::string> by;

  friend bool operator==(const request_answer&, const request_answer&) = default;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional(
        "request_id",
        &request_answer::request_id,
        "Which request; the oldest if left out."),
      required(
        "decision", &request_answer::decision, "allow, deny, allow_always, or answer."),
      optional(
        "message",
        &request_answer::message,
        "Why denied, or the answer to a question."),
      optional(
        "updated_input", &request_answer::updated_input, "The tool's input, changed."),
      optional(
        "by",
        &request_answer::by,
        "Who answered: person, run <run_id> or deadline; not the caller's to say."),
    };
  }
};

/// Reads an answer from a message: its data part, or text such as `allow`,
/// `deny: because`, `allow_always`; any other text is the answer to a question.
[[nodiscard]] result<request_answer> answer_of(const agent_message& m);

/// What came of a file that an agent wanted its host to read or to write.
struct file_answer {
  std::optional<std::string> text;
  std::optional<std::string> error;
  bool missing = false;
  bool created = false;

  friend bool operator==(const file_answer&, const file_answer&) = default;

  static constexpr auto fields() {
    return field_list{
      optional("text", &file_answer::text, "Of the file that was to be read."),
      optional("error", &file_answer::error, "Why nothing was read or written."),
      optional("missing", &file_answer::missing, "There is no such file."),
      optional("created", &file_answer::created, "There was none before."),
    };
  }
};

} // namespace troupe
