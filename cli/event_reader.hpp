#pragma once

#include "cli/cells.hpp"
#include "cli/door.hpp"
#include "protocol/runs.hpp"

#include <cstdint>
#include <string>

namespace troupe::cli {

/// How long one question for events waits while a run is followed.
inline constexpr std::uint32_t follow_wait_ms = 20'000;

/// Reads one run's events in order and prints each.
class event_reader {
public:
  event_reader(door& at, std::string run, bool as_json, std::uint64_t after);

  /// The next page, after at most `wait_ms` if there is nothing yet.
  [[nodiscard]] result<event_page> next(std::uint32_t wait_ms);

  /// False if nobody reads stdout any more.
  [[nodiscard]] bool print_page(const event_page& page);

  [[nodiscard]] bool is_over(const event_page& page) const {
    return is_final(page.status) && at_end(page);
  }
  [[nodiscard]] bool at_end(const event_page& page) const {
    return !page.has_more && after_ >= page.last_seq;
  }

private:
  [[nodiscard]] std::string human(const raw_json& event) const;
  [[nodiscard]] std::string how_to_answer(const json& event) const;

  door* at_;
  std::string run_;
  std::uint64_t after_;
  bool as_json_;
  look as_;
};

/// Says that the run goes on without us; the exit code.
[[nodiscard]] int detached(const std::string& run);

} // namespace troupe::cli
