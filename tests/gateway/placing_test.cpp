#include "gateway/placing.hpp"
#include "tests/gateway/door.hpp"

namespace troupe::mcp {
namespace {

/// A client as one over HTTP: without a directory of its own.
struct Placing : test::door_world {
  void enter(const std::string& abilities, const std::string& cwd = "") {
    join();
    say(R"({"version":1,"relay":"relay-1","cwd":")" + cwd + R"(","env":{}})");
    say(
      R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":)" +
      abilities + R"(,"clientInfo":{"name":"rooted","version":"1"}}})");
    outside.said[client].clear();
  }

  void spawn_run(json more = json::object()) {
    json arguments{
      {"backend", "process"},
      {"input_message", {{"parts", {{{"type", "text"}, {"text", "go"}}}}}}};
    arguments.update(more);
    call(1, "spawn_run", std::move(arguments));
  }

  void tell_roots(const json& question, json roots) {
    say(print_json(jsonrpc::success(question["id"], {{"roots", std::move(roots)}})));
  }
};

constexpr const char* rooted = R"({"roots":{}})";

TEST_F(Placing, StartsInTheFirstRootOfTheClient) {
  enter(rooted);
  spawn_run();
  const auto question = answer();
  EXPECT_EQ(question["method"], "roots/list");
  EXPECT_TRUE(script.spawned.empty());

  tell_roots(
    question,
    {{{"uri", "https://example.org/"}},
     {{"uri", "file:///home/me/a%20b"}, {"name", "project"}},
     {{"uri", "file:///other"}}});

  EXPECT_EQ(answer()["id"], 1);
  ASSERT_EQ(script.spawned.size(), 1U);
  EXPECT_EQ(script.spawned[0].what.cwd, "/home/me/a b");
}

TEST_F(Placing, LeavesItToTheToolWhereNoRootIsADirectory) {
  enter(rooted);
  spawn_run();
  tell_roots(answer(), {{{"uri", "file://host/x"}}, {{"uri", "file:///%zz"}}, 7});

  ASSERT_EQ(script.spawned.size(), 1U);
  EXPECT_FALSE(script.spawned[0].what.cwd);
}

TEST_F(Placing, AsksNobodyWhoHasSaidWhereOrCannotBeAsked) {
  enter(rooted);
  spawn_run({{"cwd", "/given"}});
  EXPECT_EQ(answer()["id"], 1);
  spawn_run({{"session_mode", "resume"}, {"session_id", "s_1"}});
  EXPECT_EQ(answer()["id"], 1);
  leave();

  enter("{}");
  spawn_run();
  EXPECT_EQ(answer()["id"], 1);
  leave();

  enter(rooted, "/work");
  spawn_run();
  EXPECT_EQ(answer()["id"], 1);
  EXPECT_EQ(script.spawned.size(), 4U);
}

TEST_F(Placing, TakesNoPlaceFromARunsClient) {
  script.owner.run_id = "r_above";
  enter(rooted);
  spawn_run();

  EXPECT_EQ(answer()["id"], 1);
  ASSERT_EQ(script.spawned.size(), 1U);
  EXPECT_FALSE(script.spawned[0].what.cwd);
}

} // namespace
} // namespace troupe::mcp
