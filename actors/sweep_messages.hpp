#pragma once

#include "actors/messages.hpp"
#include "store/retention.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// How final runs go: RUNS asks the SWEEPER which, has the JOURNAL take each away,
/// tells the REGISTRY, and has the SWEEPER delete them.
namespace troupe {

struct plan_sweep : message_tag {
  std::uint32_t days = 0;      ///< 0: no run is too old.
  std::uint64_t bytes_max = 0; ///< 0: nor are there too many.
  timestamp now;
};

struct sweep_plan : message_tag {
  std::vector<store::doomed_run> runs; ///< Who goes first is first.
};

/// It is no run from here on; refused unless it is final.
struct remove_run : message_tag {
  std::string run_id;
};

/// What was taken away is to be deleted.
struct clear_removed : message_tag {};

/// It is no run any more.
struct run_removed : message_tag {
  std::string run_id;
};

} // namespace troupe
