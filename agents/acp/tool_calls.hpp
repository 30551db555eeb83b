#pragma once

#include "agents/agent_line.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::agents::acp {

/// One use of a tool, as far as it has been told: agents tell it in pieces, some of
/// them twice, some beginning with the request for leave.
struct tool_call {
  std::string id;
  std::string title;
  std::string kind;   ///< `execute`, `edit` …; empty: not told.
  std::string name;   ///< As the agent calls the tool; empty: not told.
  std::string status; ///< `pending`, `in_progress`, `completed`, `failed` …
  json input;         ///< `rawInput`.
  json output;        ///< `rawOutput`.
  std::string text;   ///< Of its content.
  json files;         ///< Of its content: parts, 16 MiB of base64 at most.
  std::size_t file_bytes = 0;
  std::vector<std::string> places;
  std::vector<std::pair<std::string, std::string>> changes; ///< Path, and what of it.
  std::uint64_t number = 0;
  bool told = false;
};

/// The name that permissions and events know the tool by: the agent's own, or that of
/// its kind (`Bash`, `Edit`, `Read` …), or its title.
[[nodiscard]] std::string tool_of(const tool_call& call);

/// Likewise, by the kind alone; empty if it says nothing.
[[nodiscard]] std::string_view tool_of_kind(std::string_view kind);

/// What the patterns of permissions are compared with: the command, the paths, or the
/// compact input. `exact` is false if only the title is left to judge by.
struct tool_subject {
  std::vector<std::string> words;
  bool exact = true;
};
[[nodiscard]] tool_subject subject_of(const tool_call& call);

/// Tool calls that have not ended, merged by their id.
class tool_calls {
public:
  static constexpr std::size_t open_max = 1024;

  /// `tool_call` or `tool_call_update`: the same for us.
  void upsert(const json& update, step& out);

  /// Version 2: one more piece of content.
  void append(const json& chunk);

  /// The call that a request for leave is about, told by now.
  [[nodiscard]] const tool_call& asked_about(const json& update, step& out);

  /// A file that was written through the host: told already.
  void wrote(std::string path);

  /// What did not end with its turn is not waited for.
  void turn_over();

  [[nodiscard]] int open() const { return static_cast<int>(calls_.size()); }
  [[nodiscard]] std::uint64_t oldest() const {
    return calls_.empty() ? 0 : calls_.front().number;
  }

private:
  tool_call& merged(const json& update);
  void start(tool_call& call, step& out) const;
  void finish(const tool_call& call, step& out);

  std::vector<tool_call> calls_; ///< As they were begun.
  std::deque<std::string> finished_;
  std::vector<std::string> written_;
  std::uint64_t begun_ = 0;
};

} // namespace troupe::agents::acp
