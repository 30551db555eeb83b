#pragma once

#include <charconv>
#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

/// What every act of the e2e agent is written with.
namespace troupe::e2e {

using arguments = std::vector<std::string>;

/// To stdout, at once and whole; ends the agent with 9 if nobody takes it.
inline void print(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (n <= 0)
      _exit(9);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

inline void rest(long ms) {
  const timespec moment{ms / 1000, (ms % 1000) * 1'000'000};
  nanosleep(&moment, nullptr);
}

[[noreturn]] inline void stay() {
  for (;;)
    pause();
}

/// 0 if it is none.
inline std::size_t number(const std::string& text) {
  std::size_t n = 0;
  std::from_chars(text.data(), text.data() + text.size(), n);
  return n;
}

} // namespace troupe::e2e
