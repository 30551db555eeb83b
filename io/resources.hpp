#pragma once

#include <cstdint>
#include <optional>
#include <string>

/// What is left of the machine, as the kernel says it at once. Any thread. Empty where
/// it does not say.
namespace troupe::io {

/// MemAvailable: what can be had without swapping.
[[nodiscard]] std::optional<std::uint64_t>
memory_available_mb(const std::string& meminfo = "/proc/meminfo");

/// How many more files this process may open (RLIMIT_NOFILE).
[[nodiscard]] std::optional<std::uint64_t> descriptors_left();

} // namespace troupe::io
