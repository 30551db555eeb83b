#pragma once

#include "protocol/result.hpp"
#include "store/layout.hpp"
#include "store/run_record.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace troupe::store {

/// A run that has to go, and the conversation it belongs to.
struct doomed_run {
  std::string run_id;
  std::string session_id;

  friend bool operator==(const doomed_run&, const doomed_run&) = default;
};

/// What is known of the runs on disk when it is decided which have to go.
struct kept_runs {
  std::vector<run_record> runs;
  std::set<std::string> needed;               ///< Run ids; whatever else, these stay.
  std::map<std::string, std::uint64_t> bytes; ///< What each takes, live ones too.
};

/// The final runs that last changed more than `days` ago (0: none), and then those that
/// ended first until all that are left take at most `bytes_max` (0: any amount); the
/// newest run of a session that can be continued goes after all others. Who ended first
/// goes first. Never a live run, nor one that is needed, nor one of a conversation with
/// a live run. Pure.
[[nodiscard]] std::vector<doomed_run> runs_to_remove(
  const kept_runs& all, std::uint32_t days, std::uint64_t bytes_max, timestamp now);

/// Final runs that something on the disk still needs: a live team may go on with them,
/// their worktree is there, or a person is still to be told of them.
[[nodiscard]] std::set<std::string>
needed_runs(const layout& at, std::span<const run_record> runs);

/// What a run's directory takes on the disk.
[[nodiscard]] std::uint64_t bytes_of_run(const layout& at, const std::string& run_id);

/// `runs_to_remove` of what is on disk. Only reads; slow where there is much.
[[nodiscard]] std::vector<doomed_run> plan_sweep(
  const layout& at, std::uint32_t days, std::uint64_t bytes_max, timestamp now);

/// Takes a run out of the list of runs: its directory is renamed to what is no run id,
/// and its session, inbox included, goes with it if no run has come after. Quick:
/// `finish_removals` deletes. Refused unless its run.json says that it is final, and if
/// it is a symbolic link.
[[nodiscard]] result<void> remove_run(const layout& at, const std::string& run_id);

/// Deletes what `remove_run` has put aside, now or before a crash; symbolic links are
/// not followed. Slow.
[[nodiscard]] result<void> finish_removals(const layout& at);

} // namespace troupe::store
