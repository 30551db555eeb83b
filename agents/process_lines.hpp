#pragma once

#include "agents/agent_line.hpp"

#include <cstdint>
#include <map>
#include <string>

/// The JSON lines of docs/process-protocol.md.
namespace troupe::agents {

/// What a line says beside its type: its `data` if that is an object, else all other
/// members.
[[nodiscard]] json event_data(const json& line);

/// `q1`, `q2` … for a request that names no id.
[[nodiscard]] std::string made_up_id(std::uint32_t n);

/// An `input_required` or `auth_required` line as a request.
[[nodiscard]] pending_request
request_of(event_type type, const json& data, std::uint32_t n);

/// A `run_completed` line. What cannot be read of it is warned about and left out.
[[nodiscard]] turn_end completed(const json& data, step& out);

/// A `usage` line: what the program has spent so far. What it leaves out stays as it
/// is.
void read_usage(const json& data, attempt_usage& spent, step& out);

/// A `run_failed` line.
[[nodiscard]] turn_end failed(const json& data);

/// Appends the lines of a prompt; a newline at its end makes no empty line.
void split_lines(std::string_view text, std::vector<std::string>& lines);

/// The last 4 KiB of what a program said in plain words.
class last_words {
public:
  void add(std::string_view line);
  void clear() { text_.clear(); }
  [[nodiscard]] std::optional<std::string> text() const;

private:
  std::string text_;
};

/// Tool calls and commands by their `tool_use_id`, started and not finished.
class open_calls {
public:
  void note(event_type type, const json& data);
  void clear() { numbers_.clear(); }
  [[nodiscard]] int count() const { return static_cast<int>(numbers_.size()); }

  /// Number of the oldest, as they were started; 0 if there is none.
  [[nodiscard]] std::uint64_t oldest() const;

private:
  std::map<std::string, std::uint64_t, std::less<>> numbers_;
  std::uint64_t started_ = 0;
};

} // namespace troupe::agents
