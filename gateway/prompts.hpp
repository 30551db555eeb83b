#pragma once

#include "gateway/serving.hpp"

namespace troupe::mcp {

/// What a person can pick to have a model do: coordinate agents, review a run, find out
/// why one failed.
[[nodiscard]] const std::vector<prompt>& prompts();

/// The messages of one; what is known of the run that it is about goes with them.
void get_prompt(const guest& who, const prompt_get& asked, settle_with reply);

} // namespace troupe::mcp
