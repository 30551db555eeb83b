#pragma once

#include <cstdint>
#include <optional>

namespace troupe {

/// What the machine has left. Empty: not known, which stands in nobody's way.
struct headroom {
  std::optional<std::uint64_t> memory_bytes; ///< MemAvailable, reclaimable included.
  std::optional<std::uint64_t> descriptors;  ///< That this process may still open.
  std::optional<std::uint64_t> disk_bytes;   ///< Where the runs are.
};

} // namespace troupe
