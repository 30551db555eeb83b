#pragma once

#include "supervision/health.hpp"

#include <cstdint>
#include <optional>

namespace troupe::supervision {

/// Holds a tree to its memory limit where no kernel does: looks at it every second,
/// four times a second once it uses half of its limit. What is allocated between two
/// looks is not seen in time; a controller sees all.
class memory_watch {
public:
  explicit memory_watch(std::uint32_t limit_mb) : limit_mb_(limit_mb) {}

  /// An end as `oom` if it is more than the limit; found once.
  [[nodiscard]] std::optional<health_finding> used(std::uint32_t memory_mb);

  [[nodiscard]] moment look_every() const;

private:
  std::uint32_t limit_mb_;
  std::uint32_t last_mb_ = 0;
  bool ended_ = false;
};

} // namespace troupe::supervision
