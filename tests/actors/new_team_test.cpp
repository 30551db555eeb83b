#include "actors/new_team.hpp"

#include "protocol/json.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace troupe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

json run(const char* name, json more = json::object()) {
  json member{{"name", name}, {"run", {{"backend", "process"}, {"prompt", "go"}}}};
  member.update(more);
  return member;
}

result<planned_team> planned(json members, json more = json::object()) {
  json request{{"members", std::move(members)}};
  request.update(more);
  return plan_team(*decode_text<spawn_team>(print_json(request)));
}

std::string refusal(json members, json more = json::object()) {
  const auto plan = planned(std::move(members), std::move(more));
  return plan ? "none" : plan.error().message;
}

TEST(NewTeam, TakesTheOneBeforeForADependencyUnlessTold) {
  const auto plan = planned(
    {run("a"),
     run("b"),
     run("c", {{"depends_on", json::array()}}),
     run("d", {{"depends_on", {"a", "c"}}})});

  const auto& members = plan->specs.at(0).members;
  EXPECT_THAT(members[0].needs, IsEmpty());
  EXPECT_THAT(members[1].needs, ElementsAre(0));
  EXPECT_THAT(members[2].needs, IsEmpty());
  EXPECT_THAT(members[3].needs, ElementsAre(0, 2));
  EXPECT_EQ(plan->runs.at({0, 3}).nickname, "d");
}

TEST(NewTeam, LaysNestedTeamsOutBehindTheirs) {
  const json inner{{"members", {run("x"), run("y")}}, {"strategy", "one_for_all"}};
  const auto plan = planned({run("a"), json{{"name", "t"}, {"team", inner}}});

  ASSERT_EQ(plan->specs.size(), 2u);
  EXPECT_EQ(plan->specs[0].members[1].team, 1u);
  EXPECT_EQ(plan->specs[1].how, strategy::one_for_all);
  EXPECT_TRUE(plan->runs.contains({1, 1}));
}

TEST(NewTeam, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(refusal(json::array()), HasSubstr("at least one"));
  EXPECT_THAT(refusal(json::array({run("a b")})), HasSubstr("members[0].name"));
  EXPECT_THAT(refusal({run("a"), run("a")}), HasSubstr("members[1].name: a is"));
  EXPECT_THAT(
    refusal({run("a", {{"depends_on", {"b"}}}), run("b")}),
    HasSubstr("members[0].depends_on: no member listed before it is called b"));
  EXPECT_THAT(
    refusal(json::array({json{{"name", "a"}}})), HasSubstr("either a run or a team"));
  EXPECT_THAT(
    refusal(json::array({json{
      {"name", "t"},
      {"team", {{"members", json::array({run("x", {{"nonsense", 1}})})}}}}})),
    HasSubstr("members[0].team: members[0].nonsense"));
  EXPECT_THAT(
    refusal(json::array({run("a")}), {{"max_restarts", 2000}}),
    HasSubstr("max_restarts: must be"));
  EXPECT_THAT(
    refusal(json::array({run("a")}), {{"auto_shutdown", "any"}}),
    HasSubstr("auto_shutdown"));
}

TEST(NewTeam, IsLimitedInMembersAndLevels) {
  json many = json::array();
  for (int i = 0; i < 65; ++i)
    many.push_back(run(("m" + std::to_string(i)).c_str()));
  EXPECT_THAT(refusal(many), HasSubstr("at most 64 members"));

  json deep{{"members", json::array({run("x")})}};
  for (int i = 0; i < 4; ++i)
    deep = json{{"members", json::array({json{{"name", "t"}, {"team", deep}}})}};
  const auto plan = plan_team(*decode_text<spawn_team>(print_json(deep)));
  ASSERT_FALSE(plan);
  EXPECT_THAT(plan.error().message, HasSubstr("deeper than 4"));
}

TEST(NewTeam, ReadsTheExampleOfTheManual) {
  std::stringstream text;
  text << std::ifstream(TROUPE_SOURCE_DIR "/examples/team.yml").rdbuf();
  spawn_team request;
  request.definition = text.str();

  const auto defined = read_definition(std::move(request));
  ASSERT_TRUE(defined) << defined.error().message;
  EXPECT_EQ(defined->name, "feature");
  const auto plan = plan_team(*defined);
  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->runs.size(), 4u);
}

TEST(NewTeam, NamesTheLineOfWhatIsWrongInADefinition) {
  spawn_team request;
  request.definition = "members:\n  - name: a\n    rnu: {}\n";

  const auto defined = read_definition(std::move(request));
  ASSERT_FALSE(defined);
  EXPECT_THAT(defined.error().message, HasSubstr("definition:3: members[0].rnu"));
}

} // namespace
} // namespace troupe
