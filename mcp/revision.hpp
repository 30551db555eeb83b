#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace troupe::mcp {

/// Revisions of MCP, oldest first.
enum class revision : std::uint8_t {
  v2024_11_05,
  v2025_03_26, ///< Annotations; the only one with batches.
  v2025_06_18, ///< Titles, output schemas, structured content.
  v2025_11_25, ///< The last that begins with `initialize`.
  v2026_07_28, ///< Each request says who asks and in which revision; tasks.
};

constexpr auto names(revision) {
  return std::to_array<std::string_view>(
    {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"});
}

inline constexpr auto newest_legacy = revision::v2025_11_25;
inline constexpr auto modern = revision::v2026_07_28;

} // namespace troupe::mcp
