#pragma once

#include "keeper/descriptor.hpp"
#include "protocol/record.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace troupe::keeper {

/// What names one process for ever, written down so that a later keeper can find it: a
/// number alone may be another's by then. The handle (pidfs, Linux 6.14) is enough;
/// without it, pid and start time within one boot. TROUPE_PROBE_PIDFS=0 hides handles.
struct identity {
  std::string boot;
  int pid = 0;
  std::uint64_t started = 0;
  std::optional<std::string> handle;

  static constexpr auto fields() {
    return field_list{
      required("boot", &identity::boot, "/proc/sys/kernel/random/boot_id"),
      required("pid", &identity::pid, "Process id."),
      required("started", &identity::started, "Ticks since boot; proc(5), field 22."),
      optional("handle", &identity::handle, "Of its pidfs inode, hexadecimal."),
    };
  }
};

/// Asked once: it cannot change while we run.
[[nodiscard]] const std::string& boot_id();

[[nodiscard]] identity identify(int pid, int pidfd);

/// A pidfd of that very process, if it still lives or was not waited for; else none.
[[nodiscard]] descriptor find_process(const identity& who);

} // namespace troupe::keeper
