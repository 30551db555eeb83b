#include "tests/actors/one_run.hpp"

namespace troupe {
namespace {

/// A run of Claude Code to which a second turn is said while the first one runs.
struct waiting_turn : one_run {
  std::string begun(const json& more = json::object()) {
    const auto id = start(of_claude(more));
    spawned(id);
    EXPECT_TRUE(says(id, {{"parts", {{{"type", "text"}, {"text", "and then this"}}}}}));
    return id;
  }

  std::size_t times_told(const std::string& id, const std::string& text) {
    std::size_t times = 0;
    for (const auto& each : events(id))
      times += each["type"] == "message_added" && each["data"]["text"] == text;
    return times;
  }
};

TEST_F(waiting_turn, IsSaidByTheNextAttempt) {
  const auto id = begun();
  exits(id, 1);
  advance(ms(1'000));

  EXPECT_THAT(turns_of(id, 2), ElementsAre("go", "and then this"));
  EXPECT_EQ(times_told(id, "and then this"), 1u);
}

TEST_F(waiting_turn, IsSaidByTheNextAttemptOfTheNextSupervisor) {
  const auto id = begun();
  exits(id, 1);
  die();
  begin();
  advance(ms(1'000));

  EXPECT_THAT(turns_of(id, 2), ElementsAre("go", "and then this"));
  EXPECT_EQ(times_told(id, "and then this"), 1u);
}

TEST_F(waiting_turn, OutlivesAnAttemptThatCouldNotStart) {
  const auto id = begun();
  exits(id, 1);
  advance(ms(1'000));
  tell_both(
    key(id, 2),
    keeper::spawned_report{
      .key = key(id, 2), .refusal = "too many open files", .retriable = true});
  advance(ms(60'000));

  EXPECT_THAT(turns_of(id, 3), ElementsAre("go", "and then this"));
}

TEST_F(waiting_turn, IsGivenBackWhenNoAttemptFollows) {
  const auto id = begun({{"restart", {{"type", "temporary"}}}});
  exits(id, 1);

  EXPECT_EQ(view(id).status, run_status::failed);
  std::vector<json> dropped;
  for (const auto& each : events(id))
    if (each["data"].value("kind", "") == "turns_dropped")
      dropped.push_back(each["data"]["turns"]);
  EXPECT_THAT(dropped, ElementsAre(json::array({"and then this"})));
  EXPECT_TRUE(store::load_run(disk, id)->waiting_turns.empty());
}

} // namespace
} // namespace troupe
