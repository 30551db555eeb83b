#pragma once

#include "cli/cells.hpp"
#include "protocol/runs.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Answers of the daemon as text for people. Pure.
namespace troupe::cli {

/// `42s`, `5m`, `3h`, `12d`
[[nodiscard]] std::string age(std::int64_t ms);

/// `14:03:59`, or with the date if that is not the day of `as.now_ms`.
[[nodiscard]] std::string time_of(timestamp at, const look& as);

/// For each id the shortest prefix that names it among these, and in practice among
/// all: never without the whole time in it.
[[nodiscard]] std::vector<std::string> short_ids(const std::vector<std::string>& ids);

[[nodiscard]] paint paint_of(run_status status);

/// The table of `troupe ps`.
[[nodiscard]] std::string
render_runs(const std::vector<run_brief>& runs, const look& as);

/// The page of `troupe show`.
[[nodiscard]] std::string render_run(const run_view& run, const look& as);

/// One event of `troupe logs`: a line, or several for what an agent says. Empty for one
/// that tells a person nothing.
[[nodiscard]] std::string render_event(const json& event, const look& as);

/// How to answer what a run waits for, as commands.
[[nodiscard]] std::string
render_request(std::string_view run, const pending_request& request);

/// The tools of a tools/list answer.
[[nodiscard]] std::string render_tools(const json& listed, const look& as);

} // namespace troupe::cli
