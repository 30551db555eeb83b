#pragma once

#include <cstdint>

/// What a wake-up is about: the kind in the top byte, details below.
namespace troupe::token {

inline constexpr std::uint64_t health = 1ull << 56;
inline constexpr std::uint64_t rung = 2ull << 56;
inline constexpr std::uint64_t poll = 3ull << 56;
inline constexpr std::uint64_t cancel = 4ull << 56;
inline constexpr std::uint64_t wait_over = 5ull << 56;
inline constexpr std::uint64_t flush_again = 6ull << 56;
inline constexpr std::uint64_t idle = 7ull << 56;
inline constexpr std::uint64_t sync = 8ull << 56;
inline constexpr std::uint64_t memory = 9ull << 56;
inline constexpr std::uint64_t team_due = 10ull << 56;
inline constexpr std::uint64_t save_again = 11ull << 56;
inline constexpr std::uint64_t stranger = 12ull << 56;
inline constexpr std::uint64_t gate = 13ull << 56;
inline constexpr std::uint64_t sweep = 14ull << 56;
inline constexpr std::uint64_t disk = 15ull << 56;
inline constexpr std::uint64_t answer_due = 16ull << 56;
inline constexpr std::uint64_t kind_mask = 0xFFull << 56;

} // namespace troupe::token
