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

TEST_F(saving, APageNamesNoLastEventBeforeItsOwn) {
  const auto id = start();
  spawned(id);
  prints(std::string("one\n"));
  disk_speed->slow_events = true;
  prints(std::string("two\n"));

  auto asked_for = poll(id, 0, 0);
  settle();
  const auto page = page_of(asked_for);

  ASSERT_FALSE(page.events.empty());
  EXPECT_THAT(page.events.back().text, HasSubstr("two"));
  EXPECT_EQ(page.last_seq, page.next_after_seq);
}

} // namespace
} // namespace troupe
