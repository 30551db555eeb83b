#pragma once

#include "actors/messages.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// What a RUN and RUNS say about when an attempt may start
/// (supervision/start_gate.hpp).
namespace troupe {

/// An attempt is due. Answered by `gate_said`, again for each time it is asked.
struct start_asked : message_tag {
  std::string run_id;
  std::string account;   ///< Empty: it has none.
  bool by_order = false; ///< It starts, whatever the answer would be: there is none.
};

/// Go, or what is waited for; then another follows.
struct gate_said : message_tag {
  bool go = false;
  std::string cause;
};

/// An attempt ended so; or it had, before this supervisor was.
struct end_told : message_tag {
  std::string run_id;
  std::string backend;
  std::string account;
  exit_reason why;
  timestamp at;
  std::optional<timestamp> until; ///< It is parked until then.
};

/// The end of a run's newest attempt, if it has one.
[[nodiscard]] std::optional<end_told>
newest_end(const store::run_record& record, const std::string& account);

} // namespace troupe
