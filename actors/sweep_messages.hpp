#pragma once

#include "actors/messages.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// How final runs go: RUNS asks the SWEEPER which, has the JOURNAL remove each, and
/// tells the REGISTRY.
namespace troupe {

struct plan_sweep : message_tag {
  std::uint32_t days = 0;      ///< 0: no run is too old.
  std::uint64_t bytes_max = 0; ///< 0: nor are there too many.
  timestamp now;
};

struct sweep_plan : message_tag {
  std::vector<std::string> run_ids;
};

/// Its directory, for good; refused unless it is final.
struct remove_run : message_tag {
  std::string run_id;
};

/// There is nothing of it on disk any more.
struct run_removed : message_tag {
  std::string run_id;
};

} // namespace troupe
