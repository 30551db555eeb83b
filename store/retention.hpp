#pragma once

#include "protocol/result.hpp"
#include "store/layout.hpp"
#include "store/run_record.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace troupe::store {

/// Ids of the final runs that last changed more than `days` ago, in the order given;
/// none if `days` is 0 (kept for ever). Pure.
[[nodiscard]] std::vector<std::string>
expired_runs(std::span<const run_record> runs, timestamp now, std::uint32_t days);

/// Removes a run's directory for good. Refused unless its run.json says that it is
/// final; a symbolic link is never followed. First renamed, so that nobody sees half of
/// it.
[[nodiscard]] result<void> remove_run(const layout& at, const std::string& run_id);

/// Removes what a crash in the middle of remove_run left.
[[nodiscard]] result<void> finish_removals(const layout& at);

} // namespace troupe::store
