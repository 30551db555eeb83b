#pragma once

#include "protocol/record.hpp"

#include <cstdint>

/// What the daemon takes on, and how careful it is when many runs fail at once
/// (troupe.yml: limits). Values only; the rules are in supervision/.
namespace troupe {

/// One cause across many runs is one incident (supervision/incidents.hpp).
struct incident_limits {
  std::uint32_t runs = 3;
  std::uint32_t window_s = 30;
  std::uint32_t hold_s = 20;
  std::uint32_t backoff_s = 10;
  std::uint32_t backoff_max_s = 600;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional(
        "runs",
        &incident_limits::runs,
        "So many that fail alike are one incident; 0: never."),
      optional("window_s", &incident_limits::window_s, "Within this time."),
      optional(
        "hold_s",
        &incident_limits::hold_s,
        "A probe that lives so long lets the rest go; ten times that after an "
        "overload."),
      optional(
        "backoff_s",
        &incident_limits::backoff_s,
        "First wait after a probe that failed; doubles."),
      optional("backoff_max_s", &incident_limits::backoff_max_s, "Longest such wait."),
    };
  }
};

/// How much the daemon takes on.
struct admission_limits {
  std::uint32_t live_runs = 256;
  std::uint32_t queue = 0;
  std::uint32_t spawns_per_minute = 600;
  std::uint32_t depth = 1;
  std::uint32_t children_per_parent = 16;
  std::uint32_t free_memory_mb = 256;
  std::uint32_t free_descriptors = 64;
  incident_limits incident;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional("live_runs", &admission_limits::live_runs, "Runs that are not final."),
      optional(
        "queue",
        &admission_limits::queue,
        "So many more may wait for one of those to end; 0: they are refused."),
      optional(
        "spawns_per_minute", &admission_limits::spawns_per_minute, "Sliding window."),
      optional("depth", &admission_limits::depth, "1: agents may not start agents."),
      optional(
        "children_per_parent", &admission_limits::children_per_parent, "Live ones."),
      optional(
        "free_memory_mb",
        &admission_limits::free_memory_mb,
        "With less memory available, new runs are refused; 0: never."),
      optional(
        "free_descriptors",
        &admission_limits::free_descriptors,
        "With fewer files left to open, new runs are refused; 0: never."),
      optional(
        "incident", &admission_limits::incident, "When many runs fail of one cause."),
    };
  }
};

} // namespace troupe
