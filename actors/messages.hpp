#pragma once

#include "actors/caller.hpp"
#include "actors/room_messages.hpp"
#include "agents/adapter.hpp"
#include "protocol/events.hpp"
#include "protocol/http.hpp"
#include "protocol/runs.hpp"
#include "protocol/usage.hpp"
#include "store/run_record.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// What actors say to each other, beside the tool questions and answers themselves
/// (protocol/runs.hpp). Never leaves the process.
namespace troupe {

/// Say this to the agent: recorded, then folded, then sent.
struct say_input : message_tag {
  input_kind kind = input_kind::turn;
  raw_json body;
};

/// The result is known and nothing more will be said: close stdin, let it leave.
struct finish_attempt : message_tag {};

/// How does the agent do right now? Its processes are looked at once a second at most.
struct ask_use : message_tag {};

struct use_now : message_tag {
  std::optional<std::uint32_t> memory_mb; ///< Nothing: it could not be looked at.
  std::optional<std::uint32_t> peak_memory_mb;
  attempt_usage spent;
};

/// End the attempt by the ladder, for this reason.
struct stop_attempt : message_tag {
  exit_kind why = exit_kind::cancelled;
  std::string detail;
  bool at_once = false; ///< No rung but the last.
};

/// What was told before is on disk: the attempt may read on.
struct credit : message_tag {};

struct sourced_event {
  event what;
  std::optional<event_source> src;
};

/// What an attempt has to tell. Answered by one `credit` if `wants_credit`.
struct attempt_news : message_tag {
  std::uint32_t attempt = 0;
  bool wants_credit = false;
  std::shared_ptr<const void> in_hand; ///< Of the chunk that this was told by.
  bool replaying = false; ///< Not yet past what was told before us: no news of state.
  bool spoke = false;     ///< The agent has said something in this attempt.
  std::vector<sourced_event> events;
  std::vector<pending_request> pending;
  std::optional<std::string> session;
  std::optional<agents::turn_end> ended;
};

/// The attempt is over: its tree is gone and its transcript is told to the last byte.
struct attempt_over : message_tag {
  std::uint32_t attempt = 0;
  exit_reason why;
  attempt_view view;
  std::optional<run_result> result;
  std::optional<std::string> session;
  std::optional<std::vector<agent_message>>
    unsent;              ///< Absent: nothing was said at all.
  bool for_good = false; ///< No restart can help: the run's own time is used up.
  bool kept = false;     ///< The keeper holds it until it is told to forget it.
  std::chrono::milliseconds healthy_for{0};
  std::chrono::milliseconds run_time{0};
};

/// The session is free: start.
struct begin_run : message_tag {};

/// Stop, with the daemon or by order; answered when the run is final.
struct stop_run : message_tag {
  exit_kind why = exit_kind::shutdown;
  std::string detail;
};

/// The tree of a run whose end was ordered is gone.
struct stopped_run : message_tag {
  run_brief brief;
};

/// A run tells the registry how it is.
struct run_report : message_tag {
  run_brief brief;
};

/// A run tells its supervisor that it is final and on disk: all that it held is free.
struct run_over : message_tag {
  std::string run_id;
  std::string session_id;
  std::optional<std::string> parent_run_id;
};

struct create_run : message_tag {
  store::run_record record;
  store::launch_record launch;
};

/// Of a final run: also writes result.json, and removes launch.json once both are on
/// the disk.
/// Refused while events up to `after_seq` are not on disk: a crash would lose them.
struct save_run : message_tag {
  store::run_record record;
  std::uint64_t after_seq = 0;
};

struct save_session : message_tag {
  store::session_record session;
};

/// Creates the attempt's directory with its token and its first inputs.
struct begin_attempt : message_tag {
  std::string run_id;
  std::uint32_t attempt = 0;
  std::string token;
  std::vector<agent_input> inputs;
};

struct append_input : message_tag {
  std::string run_id;
  std::uint32_t attempt = 0;
  agent_input input;
};

struct append_events : message_tag {
  std::string run_id;
  std::uint64_t first_seq = 0;
  std::string lines;
};

/// It is written, as far as the death of a process is concerned.
struct written : message_tag {};

struct read_page : message_tag {
  std::string run_id;
  std::uint64_t after_seq = 0;
  std::uint32_t limit = 100;
  std::uint32_t max_bytes = 16'384;
};

struct events_read : message_tag {
  std::vector<raw_json> events;
  std::uint64_t last_seq = 0; ///< Of the page.
  bool more = false;
};

struct read_stderr : message_tag {
  std::string run_id;
  std::uint32_t attempt = 0;
};

struct stderr_tail : message_tag {
  std::string text;
};

/// The secret of a run's newest attempt.
struct read_token : message_tag {
  std::string run_id;
};

struct attempt_token : message_tag {
  std::string secret; ///< Empty: it has none.
};

/// Files and directories to bring to the disk; those that are gone need not be.
struct sync_files : message_tag {
  std::vector<std::string> paths;
};

struct files_synced : message_tag {
  std::map<std::string, std::string> failed; ///< Why, by path.
};

/// All a successor needs to go on with a run.
struct load_run : message_tag {
  std::string run_id;
};

struct loaded_run : message_tag {
  store::run_record record;
  std::optional<store::launch_record> launch;
  std::uint64_t last_seq = 0;
  std::optional<event_source> last_src;
  std::optional<run_phase> ended_as; ///< Its end was told; only run.json lacks it.
  std::vector<agent_input> inputs;   ///< Of its newest attempt.
  std::string token;                 ///< Of its newest attempt.
  bool has_transcript = false;       ///< Its newest attempt.
};

struct load_session : message_tag {
  std::string session_id;
};

/// Everything on disk, for a start; runs that are older than they are kept go.
struct load_all : message_tag {};

struct all_loaded : message_tag {
  std::vector<store::run_record> runs; ///< Newest first.
  std::vector<std::string> complaints;
};

/// Goes on with a finished run in a new one on the same session.
struct resume_run : message_tag {
  asked<continue_run> question;
  run_brief finished;
};

/// Which run a client's process belongs to, from what the kernel says about it.
struct whose_process : message_tag {
  int pid = 0;
  std::string cgroup;
  std::vector<int> ancestors;
  std::optional<std::string> token;
  std::optional<tcp_ends> ends; ///< Which process it is says this.
};

struct process_owner : message_tag {
  std::optional<std::string> run_id; ///< Absent: a person's.
  std::uint32_t depth = 0;
};

} // namespace troupe

namespace caf {

template <class T>
requires(
  troupe::record<T> ||
  std::derived_from<T, troupe::message_tag>) struct allowed_unsafe_message_type<T>
  : std::true_type {
};

template <class T>
struct allowed_unsafe_message_type<troupe::asked<T>> : std::true_type {};

} // namespace caf
