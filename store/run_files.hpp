#pragma once

#include "protocol/events.hpp"
#include "protocol/result.hpp"
#include "store/layout.hpp"
#include "store/run_record.hpp"

#include <optional>
#include <string>
#include <vector>

/// The directory of a run: made, saved, found again. Blocking; one writer a run. Errors
/// name the file. Nothing here follows an id out of the state directory.
namespace troupe::store {

/// result.json: what came of a run, for scripts.
struct run_outcome {
  std::string run_id;
  run_status status = run_status::completed;
  std::optional<run_result> result;
  std::optional<exit_reason> exit;

  static constexpr auto fields() {
    return field_list{
      required("run_id", &run_outcome::run_id, "The run."),
      required("status", &run_outcome::status, "How it ended."),
      optional("result", &run_outcome::result, "The answer."),
      optional("exit", &run_outcome::exit, "Why it ended."),
    };
  }
};

/// Makes the directory: launch.json first, then run.json, which makes it a run.
/// conflict if there is one of that id.
[[nodiscard]] result<void>
create_run(const layout& at, const run_record& run, const launch_record& launch);

/// Writes run.json, and result.json before it if the run is final. Neither is on the
/// disk then: see sync_paths.
[[nodiscard]] result<void> save_run(const layout& at, const run_record& run);

[[nodiscard]] result<run_record> load_run(const layout& at, const std::string& run_id);

[[nodiscard]] result<launch_record>
load_launch(const layout& at, const std::string& run_id);

/// Removes the secrets of a final run; done already is done.
[[nodiscard]] result<void> remove_launch(const layout& at, const std::string& run_id);

[[nodiscard]] result<void>
save_session(const layout& at, const session_record& session);

[[nodiscard]] result<session_record>
load_session(const layout& at, const std::string& session_id);

/// Makes an attempt's directory and its token file. Made again, as by a successor that
/// does not know whether its predecessor came so far, it holds the new token.
[[nodiscard]] result<void> create_attempt(
  const layout& at,
  const std::string& run_id,
  std::uint32_t n,
  const std::string& token);

[[nodiscard]] result<std::string>
load_token(const layout& at, const std::string& run_id, std::uint32_t n);

/// Of the attempt with the greatest number that has a directory; empty if none has.
[[nodiscard]] result<std::string>
load_newest_token(const layout& at, const std::string& run_id);

/// Appends to inputs.ndjson, cutting a torn last line first.
[[nodiscard]] result<void> append_input(
  const layout& at,
  const std::string& run_id,
  std::uint32_t n,
  const agent_input& input);

struct input_listing {
  std::vector<agent_input> inputs;
  std::optional<std::string> complaint; ///< What was found damaged and set aside.
};

/// The inputs of an attempt; none if there is no file. A torn last line was never acted
/// on and does not count; from a damaged line on, everything is set aside.
[[nodiscard]] result<input_listing>
load_inputs(const layout& at, const std::string& run_id, std::uint32_t n);

struct run_listing {
  std::vector<run_record> runs;
  std::vector<std::string> complaints; ///< Each names a file and what was done.
};

/// All runs, newest first. A damaged run.json is set aside; a directory without one, or
/// with that of a newer version, is left as it is. Both are complaints, never errors.
[[nodiscard]] run_listing list_runs(const layout& at);

} // namespace troupe::store
