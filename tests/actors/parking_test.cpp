#include "tests/actors/one_run.hpp"

namespace troupe {
namespace {

/// A run whose agent knows of usage limits.
struct parking : one_run {
  std::string begun(const json& more = json::object()) {
    const auto id = start(of_claude(more));
    spawned(id);
    return id;
  }

  /// The agent says that its limit ends so many seconds from now, and leaves.
  void reaches_limit(const std::string& id, int ends_in_s, std::uint32_t n = 1) {
    const auto until = outside.wall().ms / 1000 + ends_in_s;
    prints(json{
      {"type", "result"},
      {"subtype", "success"},
      {"is_error", true},
      {"result", "Claude AI usage limit reached|" + std::to_string(until)},
      {"session_id", "conversation"}});
    exits(id, 0, n);
  }
  std::size_t starts() const { return ordered<keeper::spawn_order>().size(); }
};

TEST_F(parking, LastsUntilTheStatedEndOfTheLimit) {
  const auto id = begun();
  reaches_limit(id, 3'600);

  EXPECT_EQ(view(id).phase, run_phase::parked);
  EXPECT_EQ(view(id).attempts.at(0).exit->reason, exit_kind::rate_limited);
  EXPECT_THAT(events(id).back()["data"]["cause"], HasSubstr("no restart counted"));
  advance(ms(3'599'999));
  EXPECT_EQ(starts(), 1u);
  advance(ms(1));

  EXPECT_EQ(ordered<keeper::spawn_order>().at(1).key, key(id, 2));
}

TEST_F(parking, LeavesTheRestartsToWhatGoesWrong) {
  const auto id = begun({{"restart", {{"max_restarts", 1}}}});
  for (std::uint32_t n = 1; n < 4; ++n) {
    reaches_limit(id, 3'600, n);
    EXPECT_EQ(view(id).phase, run_phase::parked);
    advance(ms(3'600'000));
    spawned(id, n + 1);
  }
  exits(id, 1, 4);
  EXPECT_EQ(view(id).phase, run_phase::backing_off);
  advance(ms(1'000));
  spawned(id, 5);
  exits(id, 1, 5);

  EXPECT_EQ(view(id).status, run_status::failed);
}

TEST_F(parking, GoesOnOverADeathUntilTheSameMoment) {
  const auto id = begun();
  reaches_limit(id, 3'600);
  advance(ms(1'000'000));
  die();

  begin();
  EXPECT_EQ(view(id).phase, run_phase::parked);
  advance(ms(2'599'999));
  EXPECT_EQ(starts(), 0u);
  advance(ms(1));

  EXPECT_EQ(ordered<keeper::spawn_order>().at(0).key, key(id, 2));
}

TEST_F(parking, OfUnknownEndGoesOnOverADeathToo) {
  const auto id = begun();
  prints(json{
    {"type", "result"},
    {"subtype", "success"},
    {"is_error", true},
    {"api_error_status", 429},
    {"result", "slow down"},
    {"session_id", "conversation"}});
  exits(id, 0);
  advance(ms(100'000));
  die();

  begin();
  advance(ms(199'999));
  EXPECT_EQ(starts(), 0u);
  advance(ms(1));

  EXPECT_EQ(starts(), 1u);
}

TEST_F(parking, IsOverWhenItIsCancelled) {
  const auto id = begun();
  reaches_limit(id, 3'600);

  ASSERT_TRUE(cancel(id));

  EXPECT_EQ(view(id).status, run_status::cancelled);
  advance(ms(3'700'000));
  EXPECT_EQ(starts(), 1u);
}

} // namespace
} // namespace troupe
