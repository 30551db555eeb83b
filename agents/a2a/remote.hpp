#pragma once

#include "agents/adapter.hpp"

#include <memory>

/// A remote agent of the A2A protocol, 1.0 or 0.3 as its card says. The process of an
/// attempt is troupe-a2a, which does what web requests say (protocol/web.hpp) and tells
/// what came of them; everything that is decided is decided here.
///
/// The task outlives the process. The next attempt takes it up again, and no message is
/// ever sent twice: `session` says what became of the last one.
namespace troupe::agents::a2a {

[[nodiscard]] std::unique_ptr<adapter> make(const attempt_plan& plan);

} // namespace troupe::agents::a2a
