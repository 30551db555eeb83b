#pragma once

#include "transcript.hpp"

namespace troupe::agents::a2a {

/// A transcript that tests/clients/record_a2a.mjs made: inputs are as they were.
[[nodiscard]] transcript read_recorded(const std::filesystem::path& file);

} // namespace troupe::agents::a2a
