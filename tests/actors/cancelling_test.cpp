#include "tests/actors/slow_journal.hpp"

namespace troupe {
namespace {

/// When a cancellation is answered: once nothing can undo it.
struct cancelling : test::slow_house {
  auto ask_to_cancel(const std::string& id) {
    return ask(names, by_person<cancel_run>({{"run_id", id}, {"wait_ms", 0}}));
  }
  template <class Handle>
  static std::optional<run_phase> answer_to(Handle& handle) {
    std::optional<run_phase> got;
    handle.receive(
      [&](const cancelled_run& a) { got = a.phase; }, [](const caf::error&) {});
    return got;
  }
};

TEST_F(cancelling, OfALiveAgentIsAnsweredOnceItIsOnDisk) {
  const auto id = working();
  disk_speed->slow = true;
  auto asked_for = ask_to_cancel(id);
  advance(ms(0));
  EXPECT_TRUE(ordered<keeper::kill_order>().empty());

  catch_up();
  advance(ms(0));
  EXPECT_EQ(answer_to(asked_for), run_phase::stopping);
}

TEST_F(cancelling, OfARunThatWaitsIsAnsweredOnceItsEndIsOnDisk) {
  const auto id = working();
  exits(id, 1);
  ASSERT_EQ(view(id).phase, run_phase::backing_off);
  disk_speed->slow = true;
  auto asked_for = ask_to_cancel(id);
  advance(ms(0));
  EXPECT_EQ(view(id).phase, run_phase::stopping)
    << "no end is told before it is on disk";

  catch_up();
  EXPECT_EQ(answer_to(asked_for), run_phase::cancelled);
}

} // namespace
} // namespace troupe
