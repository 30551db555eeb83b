#include "supervision/memory_watch.hpp"

namespace troupe::supervision {

using namespace std::chrono_literals;

std::optional<health_finding> memory_watch::used(std::uint32_t memory_mb) {
  last_mb_ = memory_mb;
  if (ended_ || memory_mb <= limit_mb_)
    return {};
  ended_ = true;
  return health_finding{
    .end = true,
    .at_once = true,
    .reason = exit_kind::oom,
    .detail = "its processes use " + std::to_string(memory_mb) +
              " MiB, more than the limit of " + std::to_string(limit_mb_) +
              " MiB (limits.memory_mb)"};
}

moment memory_watch::look_every() const {
  return last_mb_ * std::uint64_t{2} >= limit_mb_ ? 250ms : 1000ms;
}

} // namespace troupe::supervision
