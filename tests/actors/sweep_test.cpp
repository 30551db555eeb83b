#include "tests/actors/one_run.hpp"

namespace troupe {
namespace {

/// Days of a world in which nothing is kept for long.
struct sweep : one_run {
  static constexpr ms day{86'400'000};

  void SetUp() override {
    config.retention.days = 1;
    config.idle_exit_s = 0;
    begin();
  }
  std::string ended(const json& more = json::object()) {
    const auto id = working(more);
    completes(id);
    return id;
  }
  std::uint64_t total() {
    return answer<run_page>(names, by_person<list_runs>(json::object()))->total;
  }
};

TEST_F(sweep, TakesWhatIsOldEveryHourAndLeavesWhatLives) {
  const auto old = ended({{"idempotency_key", "k"}});
  const auto live = working();
  advance(day);
  EXPECT_TRUE(std::filesystem::exists(disk.run(old)));
  advance(ms(3'600'000));

  EXPECT_FALSE(std::filesystem::exists(disk.run(old)));
  EXPECT_TRUE(std::filesystem::exists(disk.run(live)));
  EXPECT_EQ(total(), 1u);
  EXPECT_EQ(
    answer<run_view>(names, by_person<get_run>({{"run_id", old}})).error().code,
    errc::not_found);
  EXPECT_NE(start({{"idempotency_key", "k"}}), old) << "its key is free again";
}

TEST_F(sweep, IsDoneAtAStartToo) {
  const auto old = ended();
  die();
  outside.move_to(outside.now() + 2 * day);

  begin();

  EXPECT_FALSE(std::filesystem::exists(disk.run(old)));
  EXPECT_EQ(total(), 0u);
}

} // namespace
} // namespace troupe
