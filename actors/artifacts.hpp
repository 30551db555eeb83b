#pragma once

#include "protocol/artifacts.hpp"
#include "protocol/result.hpp"
#include "protocol/values.hpp"

namespace troupe {

/// Of one event the bytes that are asked for, cut on UTF-8 borders. Refused: a path
/// that leads nowhere, an offset beyond the end or inside a character.
[[nodiscard]] result<event_artifact>
slice_of(const raw_json& event, const get_event_artifact& question);

} // namespace troupe
