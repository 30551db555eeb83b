#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// What /proc says of processes.
namespace troupe::stress {

/// Children of a process, in no order.
[[nodiscard]] std::vector<int> children_of(int pid);

/// Every process whose command line has this word among its arguments.
[[nodiscard]] std::vector<int> processes_with(std::string_view word);

/// Every process whose working directory is this one or below it.
[[nodiscard]] std::vector<int> processes_below(const std::string& directory);

/// Waits until it has ended, reaped or not; at once if it is not there.
void await_end(int pid);

/// The name of its program, without the directory; empty if it is gone.
[[nodiscard]] std::string program_of(int pid);

/// Memory in KiB: of its own and its share of what it shares (Pss), or all that is
/// mapped in (Rss); 0 if it is gone.
[[nodiscard]] std::uint64_t pss_kb(int pid);
[[nodiscard]] std::uint64_t rss_kb(int pid);

/// CPU time used so far, user and system.
[[nodiscard]] double cpu_ms(int pid);

} // namespace troupe::stress
