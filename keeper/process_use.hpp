#pragma once

#include "keeper/tree_use.hpp"

#include <vector>

namespace troupe::keeper {

/// At most this many processes of a tree are looked at: some 30 ms of the one thread.
inline constexpr std::size_t looked_at_max = 1024;

/// What /proc says that processes use: CPU time with that of children they waited for,
/// bytes of read and write calls, and memory that is theirs alone (resident without
/// what is shared) plus the largest shared part of one, so that a library counts once.
/// What has ended meanwhile, or may not be read, counts as nothing. `peak_memory_mb` is
/// not known.
[[nodiscard]] tree_use use_of(const std::vector<int>& pids);

} // namespace troupe::keeper
