#pragma once

#include "protocol/result.hpp"
#include "store/layout.hpp"
#include "store/run_record.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace troupe::store {

/// Ids of the final runs that last changed more than `days` ago, in the order given;
/// none if `days` is 0 (kept for ever). Pure.
[[nodiscard]] std::vector<std::string>
expired_runs(std::span<const run_record> runs, timestamp now, std::uint32_t days);

/// Ids of the final runs that have to go, in this order, so that all take at most
/// `bytes_max`; none if that is 0. Who ended first goes first, but the newest run of a
/// session that can be continued goes after all others. `bytes` says what each run
/// takes, live ones too; these never go. Pure.
[[nodiscard]] std::vector<std::string> runs_too_many(
  std::span<const run_record> runs,
  const std::map<std::string, std::uint64_t>& bytes,
  std::uint64_t bytes_max);

/// What a run's directory takes on the disk.
[[nodiscard]] std::uint64_t bytes_of_run(const layout& at, const std::string& run_id);

/// Both of the above, from what is on disk. Only reads; slow where there is much.
[[nodiscard]] std::vector<std::string> plan_sweep(
  const layout& at, std::uint32_t days, std::uint64_t bytes_max, timestamp now);

/// Removes a run's directory for good. Refused unless its run.json says that it is
/// final; a symbolic link is never followed. First renamed, so that nobody sees half of
/// it.
[[nodiscard]] result<void> remove_run(const layout& at, const std::string& run_id);

/// Removes what a crash in the middle of remove_run left.
[[nodiscard]] result<void> finish_removals(const layout& at);

} // namespace troupe::store
