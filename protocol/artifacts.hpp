#pragma once

#include "protocol/record.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The whole of what an event shows in part.
namespace troupe {

struct get_event_artifact {
  std::optional<std::string> run_id;
  std::optional<std::string> agent_name;
  std::optional<std::string> cwd;
  std::uint64_t seq = 0;
  std::string field_path;
  std::uint64_t offset = 0;
  std::uint32_t limit = 65'536;

  /// What the answer may have: each byte may be escaped.
  [[nodiscard]] std::size_t answer_bytes() const {
    constexpr std::size_t escaped = 6;
    constexpr std::size_t envelope = 2048;
    return limit * escaped + envelope;
  }

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional(
        "run_id",
        &get_event_artifact::run_id,
        "The run, or a unique prefix of its id."),
      optional("agent_name", &get_event_artifact::agent_name, "Instead of run_id."),
      optional("cwd", &get_event_artifact::cwd, "Where the agent_name is meant."),
      required("seq", &get_event_artifact::seq, "Number of the event."),
      optional(
        "field_path",
        &get_event_artifact::field_path,
        "JSON Pointer into its data, as truncated names it; all of it if empty."),
      optional("offset", &get_event_artifact::offset, "First byte wanted."),
      optional(
        "limit", &get_event_artifact::limit, "At most this many bytes, 4 to 1048576."),
    };
  }
};

enum class artifact_form : std::uint8_t { text, value };

constexpr auto names(artifact_form) {
  return std::to_array<std::string_view>({"text", "json"});
}

struct event_artifact {
  std::string run_id;
  std::uint64_t seq = 0;
  std::string field_path;
  artifact_form form = artifact_form::text;
  std::string content;
  std::uint64_t offset = 0;
  std::uint64_t total_bytes = 0;
  std::optional<std::uint64_t> next_offset;

  static constexpr auto fields() {
    return field_list{
      required("run_id", &event_artifact::run_id, "The run."),
      required("seq", &event_artifact::seq, "Number of the event."),
      required("field_path", &event_artifact::field_path, "As asked."),
      required(
        "form", &event_artifact::form, "text, or json: the text of another value."),
      required("content", &event_artifact::content, "Whole characters from offset on."),
      required("offset", &event_artifact::offset, "Of the first byte of content."),
      required("total_bytes", &event_artifact::total_bytes, "Of the whole."),
      optional(
        "next_offset", &event_artifact::next_offset, "Give this as offset for more."),
    };
  }
};

} // namespace troupe
