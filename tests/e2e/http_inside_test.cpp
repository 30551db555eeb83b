#include "tests/e2e/http_door.hpp"

#include <gmock/gmock.h>

namespace troupe::e2e {
namespace {

using ::testing::HasSubstr;

/// Posts a call as a person would, with the token of the door; prints the answer,
/// unless it is to leave at once.
constexpr const char* post_script = R"sh(
exec 3<>/dev/tcp/127.0.0.1/$1
printf 'POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n' "$1" >&3
printf 'Content-Type: application/json\r\n' >&3
printf 'Accept: application/json, text/event-stream\r\nConnection: close\r\n' >&3
printf 'Authorization: Bearer %s\r\nMcp-Name: %s\r\n' "$(cat "$2")" "$3" >&3
printf 'MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\n' >&3
printf 'Content-Length: %d\r\n\r\n%s' "${#4}" "$4" >&3
[ "$5" = leave ] || cat <&3
)sh";

/// Agents that have read the token.
class http_inside : public http, public ::testing::WithParamInterface<tier> {
protected:
  void SetUp() override { use(GetParam()); }

  /// How an agent goes about it.
  struct manner {
    bool away = false;   ///< From a double fork.
    bool leaves = false; ///< Hangs up and ends as soon as it has asked.
  };

  /// What a call is answered that an agent makes in a person's name.
  std::string said_to_an_agent(
    client& by, const std::string& tool, const json& arguments, manner how) {
    std::vector<std::string> command{agent_program(), "stray"};
    if (how.away)
      command.emplace_back("--away");
    const auto body =
      modern(1, "tools/call", {{"name", tool}, {"arguments", arguments}});
    command.insert(
      command.end(),
      {"/bin/bash",
       "-c",
       post_script,
       "post",
       std::to_string(port_),
       place_.state() + "/token",
       tool,
       print_json(body),
       how.leaves ? "leave" : "stay"});
    auto request = agent({});
    request["backend_config"] = {{"command", command}, {"stdin", "none"}};
    const auto run = by.must("spawn_run", request).value("run_id", "");
    by.ended({run});
    std::string said;
    for (const auto& line : transcript(run, 1))
      said += line + "\n";
    return said;
  }
};

TEST_P(http_inside, AnAgentWithTheTokenIsStillThatRun) {
  open();
  auto me = join();
  const auto asker = spawn(*me, {"ask"}, {{"backend_config", {{"stdin", "json"}}}});
  ASSERT_FALSE(me->event_of(asker, "input_required").is_null());
  const json allow{{"run_id", asker}, {"input_message", "allow"}};

  for (const bool away : {false, true}) {
    const auto listed =
      said_to_an_agent(*me, "list_runs", json::object(), {.away = away});
    EXPECT_THAT(listed, HasSubstr(R"("total":0)")) << log();
    const auto answered = said_to_an_agent(*me, "continue_run", allow, {.away = away});
    EXPECT_THAT(answered, HasSubstr(R"("isError":true)"));
    EXPECT_EQ(me->must("get_run", {{"run_id", asker}})["pending"].size(), 1U);
  }

  const auto by_person = post_modern(
    modern(1, "tools/call", {{"name", "continue_run"}, {"arguments", allow}}));
  EXPECT_EQ(by_person.body.find(R"("isError":true)"), std::string::npos)
    << by_person.body;
  EXPECT_TRUE(me->must("get_run", {{"run_id", asker}})["pending"].empty());
}

TEST_P(http_inside, AnAgentThatLeavesAtOnceIsNobody) {
  open();
  auto me = join();
  const auto asker = spawn(*me, {"ask"}, {{"backend_config", {{"stdin", "json"}}}});
  ASSERT_FALSE(me->event_of(asker, "input_required").is_null());
  const json allow{{"run_id", asker}, {"input_message", "allow"}};

  for (int i = 0; i < 10; ++i)
    static_cast<void>(said_to_an_agent(
      *me, "continue_run", allow, {.away = i % 2 == 1, .leaves = true}));

  const auto listed = post_modern(
    modern(2, "tools/call", {{"name", "list_runs"}, {"arguments", json::object()}}));
  EXPECT_THAT(listed.body, HasSubstr(R"("total":11)"));
  EXPECT_EQ(me->must("get_run", {{"run_id", asker}})["pending"].size(), 1U);
}

INSTANTIATE_TEST_SUITE_P(
  Tiers,
  http_inside,
  ::testing::Values(tier::cgroup, tier::subtree, tier::other_user),
  tier_name);

} // namespace
} // namespace troupe::e2e
