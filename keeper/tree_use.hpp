#pragma once

#include "keeper/attempt_key.hpp"

#include <cstdint>
#include <optional>

/// What an attempt's processes have used: asked for now and then, told as seen.
namespace troupe::keeper {

/// What the processes of a tree use and have used. Counters start with the attempt;
/// they may fall when a process ends that nobody told them of.
struct tree_use {
  std::uint64_t cpu_ms = 0;
  std::uint64_t io_bytes = 0;
  std::uint32_t memory_mb = 0;
  std::optional<std::uint32_t> peak_memory_mb;
  std::uint32_t processes = 0;
  bool whole = true;

  friend bool operator==(const tree_use&, const tree_use&) = default;

  static constexpr auto fields() {
    return field_list{
      required("cpu_ms", &tree_use::cpu_ms, "CPU time, in the kernel too."),
      required(
        "io_bytes", &tree_use::io_bytes, "Read and written, files and pipes alike."),
      required(
        "memory_mb",
        &tree_use::memory_mb,
        "In use now, without what can be read again from a file."),
      optional(
        "peak_memory_mb",
        &tree_use::peak_memory_mb,
        "Most so far, where that is kept."),
      required("processes", &tree_use::processes, "How many live."),
      required("whole", &tree_use::whole, "Whether all of them were looked at."),
    };
  }
};

/// Asks for one `sampled` report; nothing comes if the attempt has no tree.
struct sample_order {
  attempt_key key;

  static constexpr auto fields() {
    return field_list{required("key", &sample_order::key, "The attempt.")};
  }
};

struct sampled_report {
  attempt_key key;
  tree_use use;

  static constexpr auto fields() {
    return field_list{
      required("key", &sampled_report::key, "The attempt."),
      required("use", &sampled_report::use, "Of its tree, now."),
    };
  }
};

} // namespace troupe::keeper
