#include "actors/bounds.hpp"
#include "actors/roll.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

run_brief a_run(
  const std::string& id,
  const std::string& name,
  run_status status = run_status::running,
  std::optional<std::string> parent = {}) {
  run_brief brief{.run_id = id, .agent_name = name, .backend = "process"};
  brief.status = status;
  brief.cwd = "/src";
  brief.parent_run_id = std::move(parent);
  return brief;
}

struct Roll : ::testing::Test {
  Roll() {
    runs.put(a_run("r_AAA1", "ada", run_status::completed));
    runs.put(a_run("r_AAA2", "ada"));
    runs.put(a_run("r_BBB1", "bob", run_status::running, "r_AAA2"));
    runs.put(a_run("r_CCC1", "cy", run_status::running, "r_BBB1"));
  }
  std::string found(const caller& who, const std::string& word) {
    const auto run = runs.resolve_word(who, word);
    if (run)
      return (*run)->run_id;
    return run.error().code == errc::not_found ? "not_found" : "invalid_argument";
  }
  roll runs;
  caller person;
  caller agent{.run_id = "r_AAA2", .depth = 1};
};

TEST_F(Roll, FindsByIdUniquePrefixAndName) {
  EXPECT_EQ(found(person, "r_BBB1"), "r_BBB1");
  EXPECT_EQ(found(person, "r_BB"), "r_BBB1");
  EXPECT_EQ(found(person, "cy"), "r_CCC1");
  EXPECT_EQ(found(person, "r_B"), "not_found");
  EXPECT_EQ(found(person, "nobody"), "not_found");
}

TEST_F(Roll, LetsTheRunAtWorkStandForItsConversation) {
  for (const auto& [id, status] :
       {std::pair("r_DDD1", run_status::completed),
        std::pair("r_DDD2", run_status::input_required),
        std::pair("r_DDD3", run_status::queued)}) {
    auto run = a_run(id, "dee", status);
    run.session_id = "s_dee";
    run.cwd = "/dee";
    runs.put(run);
  }

  const auto page = runs.agents(person, {.status = {}, .backend = {}, .cwd = "/dee"});

  ASSERT_EQ(page.total, 1u);
  EXPECT_EQ(page.agents[0].last_run_id, "r_DDD2");
  EXPECT_EQ(page.agents[0].status, agent_status::input_required);
}

TEST_F(Roll, RefusesAPrefixOfSeveral) {
  EXPECT_EQ(found(person, "r_AAA"), "invalid_argument");
}

TEST_F(Roll, CountsOnlyWhatTheCallerMaySeeForAPrefix) {
  runs.put(a_run("r_BBB0", "eve"));
  runs.put(a_run("r_BBB2", "eve"));

  EXPECT_EQ(found(agent, "r_BBB"), "r_BBB1");
  EXPECT_EQ(found(person, "r_BBB"), "invalid_argument");
}

TEST_F(Roll, PrefersALiveRunOfAName) {
  EXPECT_EQ(found(person, "ada"), "r_AAA2");
}

TEST_F(Roll, ShowsARunItsDescendantsOnly) {
  EXPECT_EQ(found(agent, "r_BBB1"), "r_BBB1");
  EXPECT_EQ(found(agent, "r_CCC1"), "r_CCC1");
  EXPECT_EQ(found(agent, "r_AAA2"), "not_found");
  EXPECT_EQ(runs.list(agent, {})->total, 2u);
}

TEST_F(Roll, PagesNewestFirstWithoutGapsOrRepeats) {
  list_runs question{.limit = 3};
  const auto first = *runs.list(person, question);
  question.cursor = first.next_cursor;
  const auto second = *runs.list(person, question);

  ASSERT_EQ(first.runs.size(), 3u);
  EXPECT_EQ(first.runs.front().run_id, "r_CCC1");
  ASSERT_EQ(second.runs.size(), 1u);
  EXPECT_EQ(second.runs.front().run_id, "r_AAA1");
  EXPECT_EQ(second.total, 4u);
  EXPECT_FALSE(second.next_cursor);
}

TEST_F(Roll, RefusesACursorThatIsNone) {
  EXPECT_FALSE(runs.list(person, {.cursor = "r_ZZZ"}));
}

TEST_F(Roll, NeverTakesARunBackFromItsEnd) {
  runs.put(a_run("r_AAA1", "ada", run_status::running));

  EXPECT_EQ(runs.find("r_AAA1")->status, run_status::completed);
}

TEST(Bounds, NameTheFieldAndTheRange) {
  const auto wrong = out_of_bounds(poll_events{.limit = 0});

  ASSERT_TRUE(wrong);
  EXPECT_EQ(wrong->message, "limit: must be 1 to 1000, got 0");
  EXPECT_FALSE(out_of_bounds(poll_events{}));
  EXPECT_TRUE(out_of_bounds(wait_runs{}));
  EXPECT_TRUE(out_of_bounds(cancel_run{.wait_ms = 50'001}));
  EXPECT_TRUE(out_of_bounds(list_runs{.limit = 101}));
}

TEST(Bounds, ASpawnNeedsSomethingToDoAndAProperName) {
  EXPECT_TRUE(out_of_bounds(spawn_run{.backend = "process"}));
  spawn_run good{.backend = "process", .prompt = "go"};
  EXPECT_FALSE(out_of_bounds(good));
  good.limits.processes = 0;
  EXPECT_TRUE(out_of_bounds(good)) << "the agent is a process itself";
  EXPECT_TRUE(
    out_of_bounds(spawn_run{.backend = "process", .prompt = "go", .nickname = "a b"}));
  EXPECT_TRUE(out_of_bounds(
    spawn_run{.backend = "process", .prompt = "go", .mode = session_mode::resume}));
}

} // namespace
} // namespace troupe
