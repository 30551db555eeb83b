#pragma once

#include "protocol/json.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace troupe::stress {

using clock = std::chrono::steady_clock;

[[nodiscard]] inline double ms_since(clock::time_point from) {
  return std::chrono::duration<double, std::milli>(clock::now() - from).count();
}

[[nodiscard]] inline std::int64_t monotonic_ns() {
  return std::chrono::nanoseconds(clock::now().time_since_epoch()).count();
}

/// Three digits after the point are more than any of this is worth.
[[nodiscard]] double rounded(double x);

/// {n, min, p50, p99, max} of some measurements; all zero if there are none.
[[nodiscard]] json spread(std::vector<double> of);

/// The program cannot go on: tells why on stderr, runs once everything `on_giving_up`
/// was given, and exits with 1.
[[noreturn]] void give_up(const std::string& why);
void on_giving_up(void (*clean_up)());

/// The value, or the end of the program.
template <class T>
[[nodiscard]] T must(result<T> r) {
  if (!r)
    give_up(r.error().message);
  return std::move(*r);
}

} // namespace troupe::stress
