#pragma once

#include "protocol/events.hpp"
#include "protocol/exit.hpp"
#include "protocol/messages.hpp"
#include "protocol/policy.hpp"
#include "protocol/result.hpp"
#include "protocol/runs.hpp"
#include "protocol/usage.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::agents {

/// Everything an attempt depends on beside its inputs. The same plan, transcript and
/// inputs fold to the same events, sends and pending requests, always.
struct attempt_plan {
  std::string cwd;
  std::vector<std::string> command; ///< Configured program and arguments; may be empty.
  raw_json backend_config;          ///< As the caller gave it.
  permission_policy permissions;
  std::optional<std::string>
    session;           ///< The backend's session id to use, or to resume.
  bool resume = false; ///< Whether `session` exists already.
  bool serves_files =
    true;               ///< Whether a step may ask for files; not if it is confined.
  std::string programs; ///< The directory of Troupe's own.
  std::optional<std::string> persona;    ///< For backends with a system prompt.
  std::optional<raw_json> output_schema; ///< What the answer must fit.
};

/// How to start the agent's process.
struct start_line {
  std::vector<std::string> argv;
  std::map<std::string, std::string> env; ///< Added to the run's environment.
  bool stdin_open = true;                 ///< Whether inputs can be sent at all.
};

/// The end of what was asked: the answer, or why there is none.
struct turn_end {
  exit_reason reason;
  run_result result;
};

/// A file of the run's directory that the agent wants its host to read or to write.
struct file_request {
  std::string path;                ///< As the agent names it.
  std::optional<std::string> text; ///< What to write; absent: it is to be read.

  friend bool operator==(const file_request&, const file_request&) = default;
};

/// What one fold step yields.
struct step {
  std::vector<event> events;
  std::vector<std::string> lines;  ///< For stdin, without newlines, in order.
  std::vector<file_request> files; ///< Each is answered by one `file` input, in order.
  bool close_stdin = false;
  bool is_receipt = false; ///< The line says that something was heard, and no more.
  std::optional<turn_end> ended;
};

/// How the main process ended, as far as is known.
struct process_end {
  std::optional<int> code;
  std::optional<int> signal;
  std::string stderr_tail; ///< The last 4 KiB at most.
};

/// Speaks one agent's protocol. Pure: a fold over stdout lines and inputs, merged in
/// order; it knows no clock, file or process. One object an attempt. Anything the agent
/// may print is survived: a line that is not understood becomes an event.
class adapter {
public:
  virtual ~adapter() = default;

  /// One line of stdout; `cut` if it was longer than the framing allows.
  virtual void line(std::string_view text, bool cut, step& out) = 0;

  /// Something said to the agent. The first turn is an input like any other.
  virtual void input(const agent_input& said, step& out) = 0;

  /// The transcript ends here, however that came: tells what is given up with it.
  virtual void over(step& out) const = 0;

  /// After the last line: why the attempt ended, judged by the protocol alone. A
  /// terminal result that was seen wins over the exit code.
  [[nodiscard]] virtual exit_reason ended(const process_end& how) const = 0;

  /// Requests that wait for an answer, oldest first.
  [[nodiscard]] virtual const std::vector<pending_request>& pending() const = 0;

  /// The backend's own session id, once known and fit to be resumed.
  [[nodiscard]] virtual std::optional<std::string> session() const = 0;

  /// What the attempt came to, for the case that it ends without a step to say so: the
  /// answer of its last turn, held back while background tasks ran or not, or what a
  /// plain program printed last.
  [[nodiscard]] virtual run_result outcome() const { return {}; }

  /// Whether a further turn can be said now. One that is said while another runs waits
  /// in the adapter; the end of that other is then not told.
  [[nodiscard]] virtual bool takes_turns() const = 0;

  /// Turns that were said and not sent to the agent, oldest first: they wait for its
  /// next attempt.
  [[nodiscard]] virtual std::vector<agent_message> unsent() const { return {}; }

  /// Tool calls that were started and not finished: signs of life.
  [[nodiscard]] virtual int open_tools() const = 0;

  /// The number of the oldest of them, as they were started: 1, 2, 3 …; 0 if none is
  /// open.
  [[nodiscard]] virtual std::uint64_t oldest_tool() const = 0;

  /// Whether a nudge can be said now: a turn runs, and the agent hears beside it. A
  /// nudge is no turn: it adds no answer and takes none away.
  [[nodiscard]] virtual bool takes_nudges() const { return false; }

  /// What this attempt has spent so far, as far as the agent has told.
  [[nodiscard]] virtual attempt_usage usage() const { return {}; }
};

/// What may come with its bytes in a message. Documents are images and PDF.
enum class file_kinds : std::uint8_t { none, images, documents, any };

/// One row of the backend table.
struct backend_type {
  std::string_view name;
  std::string_view title;
  bool resumes = false;          ///< Sessions outlive the process.
  bool interrupts = false;       ///< An interrupt input stops the turn politely.
  std::uint32_t interrupt_s = 1; ///< How long that may take in a stop.
  /// How long what its process leaves behind may live on, and write down the session.
  std::uint32_t rest_s = 0;
  bool personas = false;      ///< It has a system prompt for `persona`.
  bool schemas = false;       ///< It takes `output_schema` itself.
  std::string_view home = {}; ///< Variable that says where its sessions lie.
  /// The command that goes on with a session in the agent's own terminal program; null
  /// if it has none.
  std::vector<std::string> (*takeover)(
    const attempt_plan&, const std::string& session) = nullptr;
  file_kinds files = file_kinds::none;
  result<start_line> (*start)(const attempt_plan&);
  std::unique_ptr<adapter> (*make)(const attempt_plan&);
};

/// Every backend type there is.
[[nodiscard]] const std::vector<backend_type>& backend_types();

/// By name; nullptr if there is none.
[[nodiscard]] const backend_type* find_backend(std::string_view name);

} // namespace troupe::agents
