#pragma once

#include "tests/support/fake_room.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <vector>

namespace troupe::test {

/// An actor system in which nothing runs, and no time passes, until told to. Call
/// `settle()` before `receive` on the asker, or it blocks.
class actor_world : public ::testing::Test {
protected:
  using ms = std::chrono::milliseconds;

  ~actor_world() override {
    for (const auto& actor : mine_)
      caf::anon_send_exit(actor, caf::exit_reason::kill);
    settle();
  }

  /// Delivers every message that can be delivered now; moves no clock.
  void settle() {
    while (scheduler().try_run_once()) {
    }
  }

  /// Moves the clock of the room and of CAF's request deadlines; every timer that falls
  /// due on the way fires at its own time and is dealt with before the next.
  void advance(ms by) {
    settle();
    const auto end = outside.now() + by;
    for (auto due = outside.next_due(); due && *due <= end; due = outside.next_due())
      step_to(*due);
    step_to(end);
  }

  /// Spawns an actor that is ended with the test.
  template <class... Xs>
  auto spawn(Xs&&... xs) {
    auto handle = system.spawn(std::forward<Xs>(xs)...);
    mine_.push_back(caf::actor_cast<caf::actor>(handle));
    return handle;
  }

  /// Asks and lets everything settle; `receive` on what comes back does not block then.
  template <class Actor, class Question>
  auto ask(const Actor& actor, Question question) {
    auto handle =
      asker->request(actor, std::chrono::seconds(3600), std::move(question));
    settle();
    return handle;
  }

  caf::scheduler::test_coordinator& scheduler() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler());
  }

  struct config : caf::actor_system_config {
    config() { set("scheduler.policy", caf::atom("testing")); }
  };

  fake_room outside;
  config settings;
  caf::actor_system system{settings};
  caf::scoped_actor asker{system, true};

private:
  void step_to(supervision::moment at) {
    const auto by = at - outside.now();
    outside.move_to(at);
    scheduler().advance_time(by);
    settle();
  }

  std::vector<caf::actor> mine_;
};

} // namespace troupe::test
