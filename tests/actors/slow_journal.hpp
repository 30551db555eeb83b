#pragma once

#include "tests/actors/one_run.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <vector>

namespace troupe::test {

/// How the disk of a slow journal is: what it says to saved runs, or to events, waits
/// while it is slow.
struct slow_disk {
  bool slow = false;
  bool slow_events = false;
  std::vector<caf::typed_response_promise<written>> waiting;
};

/// A house whose disk can be slow.
struct slow_house : one_run {
  std::shared_ptr<slow_disk> disk_speed = std::make_shared<slow_disk>();

  journal_actor in_front_of(journal_actor real) override;
  void catch_up();
};

} // namespace troupe::test
