#include "tests/actors/slow_journal.hpp"

namespace troupe {
namespace {

/// What is on disk when a supervisor is killed.
struct saving : test::slow_house {};

TEST_F(saving, NoEndOfAnAttemptIsOnDiskBeforeWhatItSaid) {
  const auto id = start();
  spawned(id);
  disk_speed->slow_events = true;
  prints(std::string("spoken\n"));
  exits(id, 1);
  die();
  disk_speed->slow_events = false;

  begin();

  EXPECT_EQ(std::ranges::count(told(id), "agent_message"), 1);
}

TEST_F(saving, GoesOnInOrderOnceASlowDiskAnswers) {
  const auto id = start();
  spawned(id);
  disk_speed->slow_events = true;
  prints(std::string("one\n"));
  prints(std::string("two\n"));
  completes(id);

  catch_up();

  EXPECT_EQ(std::ranges::count(told(id), "agent_message"), 2);
  EXPECT_EQ(view(id).status, run_status::completed);
}

} // namespace
} // namespace troupe
