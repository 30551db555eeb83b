#pragma once

#include "gateway/serving.hpp"

/// A person who waits for runs through a client that can show forms is asked by it what
/// the runs ask, instead of the model being told that they wait.
namespace troupe::mcp {

/// Whether this is a call of that kind: a person's, never a run's, which could answer
/// its own question by it.
[[nodiscard]] bool asks_its_person(const guest& who, const request& asked);

/// wait_runs. What the person gave settles the requests, as the person's answer; then
/// it waits on. A request that was waved away is asked once, and left to the model.
void wait_asking(const guest& who, const request& asked, settle_with reply);

/// One request as a form, or as a page to open where a login is asked for.
[[nodiscard]] json shown_request(const open_question& what, const request& to);

/// What the person decided, as continue_run wants it; nothing if that is left open.
[[nodiscard]] std::optional<request_answer>
decided(const request& asked, const std::string& key);

} // namespace troupe::mcp
