#include "tests/actors/one_run.hpp"

namespace troupe {
namespace {

/// A run of Claude Code that was killed before its agent kept the conversation.
struct lost_session : one_run {
  void speaks(const std::string& id, std::uint32_t n = 1) {
    spawned(id, n);
    prints(json{{"type", "system"}, {"subtype", "init"}, {"session_id", "s1"}});
    prints(json{
      {"type", "assistant"},
      {"session_id", "s1"},
      {"message",
       {{"id", "m"}, {"content", {{{"type", "text"}, {"text", "so far"}}}}}}});
  }

  void knows_it_not(const std::string& id, std::uint32_t n) {
    spawned(id, n);
    prints(json{
      {"type", "result"},
      {"subtype", "error_during_execution"},
      {"is_error", true},
      {"session_id", "s1"},
      {"errors", {"No conversation found with session ID: s1"}}});
    exits(id, 1, n);
  }

  std::vector<std::string> kinds_of_warnings(const std::string& id) {
    std::vector<std::string> kinds;
    for (const auto& each : events(id))
      if (each["type"] == "warning")
        kinds.push_back(each["data"]["kind"]);
    return kinds;
  }

  [[nodiscard]] std::vector<std::string> argv_of(std::uint32_t n) {
    for (const auto& order : ordered<keeper::spawn_order>())
      if (order.key.attempt == n)
        return order.argv;
    return {};
  }
};

TEST_F(lost_session, IsBegunAfresh) {
  const auto id = start(of_claude());
  speaks(id);
  exits(id, 1);
  advance(ms(1'000));
  EXPECT_THAT(argv_of(2), ::testing::Contains("--resume"));

  knows_it_not(id, 2);
  advance(ms(10'000));

  EXPECT_THAT(argv_of(3), ::testing::Not(::testing::Contains("--resume")));
  EXPECT_THAT(turns_of(id, 3), ElementsAre("go"));
  EXPECT_EQ(view(id).backend_session_id, std::nullopt);
  EXPECT_THAT(kinds_of_warnings(id), ElementsAre("begins_afresh"));
}

TEST_F(lost_session, OfAnotherRunIsNotTriedAgain) {
  const auto first = start(of_claude());
  speaks(first);
  prints(json{{"type", "result"}, {"subtype", "success"}, {"result", "done"}});
  exits(first, 0);
  const auto next = says(first, "more");
  ASSERT_TRUE(next) << next.error().message;

  knows_it_not(next->run_id, 1);
  advance(ms(10'000));

  const auto failed = view(next->run_id);
  EXPECT_EQ(failed.status, run_status::failed);
  EXPECT_EQ(failed.attempts.size(), 1u);
  EXPECT_THAT(*failed.error, HasSubstr("session s1 is not known any more"));
}

} // namespace
} // namespace troupe
