#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace troupe {

/// JSON kept as its compact text, so that a value can travel through rooms that
/// know no JSON library. Always valid JSON; the default is an empty object.
struct raw_json {
  std::string text = "{}";

  friend bool operator==(const raw_json&, const raw_json&) = default;
};

/// Wall-clock time in milliseconds since the epoch; ISO 8601 in UTC on the wire.
/// For showing and storing only: decisions use a monotonic clock.
struct timestamp {
  std::int64_t ms = 0;

  friend auto operator<=>(const timestamp&, const timestamp&) = default;
};

/// The wall clock now. Pure rooms are given a timestamp instead of calling this.
[[nodiscard]] timestamp wall_now();

/// `2026-11-20T10:15:24.123Z`
[[nodiscard]] std::string to_string(timestamp at);

/// Accepts what `to_string` writes, with or without the fraction; false if not.
[[nodiscard]] bool parse(std::string_view text, timestamp& at);

} // namespace troupe
