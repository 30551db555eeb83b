#include "tests/gateway/door.hpp"

namespace troupe::mcp {
namespace {

struct Session : test::door_world {};

struct ReadOnlyDoor : test::door_world {
  ReadOnlyDoor() : door_world("runs,read-only") {}
};

TEST_F(Session, AnswersInitializeThenListsAndCallsTools) {
  join();
  say(hello_line);
  say(
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"c","version":"1"}}})");
  const auto greeting = answer();
  EXPECT_EQ(greeting["result"]["protocolVersion"], "2025-11-25");
  EXPECT_EQ(greeting["result"]["serverInfo"]["name"], "troupe");

  say(R"({"method":"tools/list","jsonrpc":"2.0","id":1})");
  EXPECT_EQ(answer()["result"]["tools"].size(), 8U);

  call("a", "spawn_run", {{"backend", "claude_code"}, {"prompt", "do it"}});
  const auto reply = answer();
  EXPECT_EQ(reply["id"], "a");
  EXPECT_EQ(reply["result"]["structuredContent"]["run_id"], "r_1");
  EXPECT_EQ(
    reply["result"]["content"][0]["text"],
    print_json(reply["result"]["structuredContent"]));
}

TEST_F(Session, AsksInTheNameOfTheClient) {
  script.owner.run_id = "r_parent";
  script.owner.depth = 1;
  open();

  call(5, "spawn_run", {{"backend", "claude_code"}, {"prompt", "x"}});

  ASSERT_EQ(script.spawned.size(), 1U);
  const auto& who = *script.spawned[0].who;
  EXPECT_EQ(who.run_id, "r_parent");
  EXPECT_EQ(who.depth, 1U);
  EXPECT_EQ(who.cwd, "/work");
  EXPECT_EQ(who.env.at("HOME"), "/home/me");
  EXPECT_EQ(script.spawned[0].key, "relay-1 5");
}

TEST_F(Session, TellsAStringIdFromANumberInTheKey) {
  open();

  call("5", "spawn_run", {{"backend", "claude_code"}, {"prompt", "x"}});

  EXPECT_EQ(script.spawned.at(0).key, "relay-1 \"5\"");
}

TEST_F(Session, AsksWhoseProcessTheClientIs) {
  join();
  say(
    R"({"version":1,"relay":"r","cwd":"/","env":{"TROUPE_RUN_ID":"r_x"},"token":"t"})");

  ASSERT_EQ(script.identified.size(), 1U);
  EXPECT_EQ(script.identified[0].pid, 4242);
  EXPECT_EQ(script.identified[0].cgroup, "/user.slice");
  EXPECT_EQ(script.identified[0].ancestors, (std::vector{4000, 1}));
  EXPECT_EQ(script.identified[0].token, "t");
}

TEST_F(Session, ServesInOrderWhatCameBeforeTheClientWasKnown) {
  script.hold_identities = true;
  join();
  say(hello_line);
  say(R"({"jsonrpc":"2.0","id":1,"method":"ping"})");
  say(R"({"jsonrpc":"2.0","id":2,"method":"ping"})");
  EXPECT_TRUE(heard().empty());
  EXPECT_EQ(outside.acknowledged[client], 1);

  release(1);

  const auto answers = heard();
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[0]["id"], 1);
  EXPECT_EQ(answers[1]["id"], 2);
  EXPECT_EQ(outside.acknowledged[client], 3);
}

TEST_F(Session, TurnsAwayWhoFloodsBeforeItIsKnown) {
  script.hold_identities = true;
  join();
  say(hello_line);

  for (std::size_t i = 0; i <= session_state::waiting_max; ++i)
    say(R"({"jsonrpc":"2.0","id":1,"method":"ping"})");

  EXPECT_THAT(
    heard().at(0)["error"]["message"].get<std::string>(),
    ::testing::HasSubstr("too many lines"));
  EXPECT_TRUE(outside.hung_up.contains(client));
}

TEST_F(Session, RefusesARequestInPlaceOfTheHello) {
  join();
  say(R"({"jsonrpc":"2.0","id":3,"method":"ping"})");

  const auto reply = answer();
  EXPECT_EQ(reply["id"], 3);
  EXPECT_EQ(reply["error"]["code"], -32600);
  EXPECT_THAT(
    reply["error"]["message"].get<std::string>(),
    ::testing::HasSubstr("first line of a connection is a hello"));
  EXPECT_TRUE(outside.hung_up.contains(client));
}

TEST_F(Session, SaysWhichHelloVersionItSpeaks) {
  join();
  say(R"({"version":2,"relay":"r","cwd":"/","env":{}})");

  EXPECT_THAT(
    answer()["error"]["message"].get<std::string>(),
    ::testing::HasSubstr("hello version 1, the client said 2"));
  EXPECT_TRUE(outside.hung_up.contains(client));
}

TEST_F(Session, TellsEachRequestOfARefusedClientWhyAndHangsUp) {
  script.refusal = error{errc::refused, "the token is not of this run"};
  join();
  say(hello_line);
  EXPECT_FALSE(outside.hung_up.contains(client));

  say(R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{}})");

  const auto reply = answer();
  EXPECT_EQ(reply["id"], 0);
  EXPECT_EQ(reply["error"]["message"], "the token is not of this run");
  EXPECT_TRUE(outside.hung_up.contains(client));
}

TEST_F(ReadOnlyDoor, ListsNoOtherToolsWhateverIsAskedFor) {
  join();
  say(R"({"version":1,"relay":"r","cwd":"/","env":{},"toolsets":"all"})");
  say(
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}})");
  (void)answer();

  call(1, "spawn_run", {{"backend", "claude_code"}, {"prompt", "x"}});

  EXPECT_EQ(answer()["error"]["code"], -32602);
  EXPECT_TRUE(script.spawned.empty());
}

TEST_F(Session, NamesTheNearestToolset) {
  join();
  say(R"({"version":1,"relay":"r","cwd":"/","env":{},"toolsets":"verb"})");
  say(R"({"jsonrpc":"2.0","id":0,"method":"ping"})");

  EXPECT_THAT(
    answer()["error"]["message"].get<std::string>(),
    ::testing::HasSubstr("did you mean verbs?"));
}

TEST_F(Session, NamesTheLimitOfALineThatWasCut) {
  open();

  say("{\"jsonrpc\":", client, true);

  const auto reply = answer();
  EXPECT_EQ(reply["error"]["code"], -32600);
  EXPECT_EQ(reply["id"], nullptr);
  EXPECT_THAT(
    reply["error"]["message"].get<std::string>(), ::testing::HasSubstr("4194304"));
}

TEST_F(Session, AcknowledgesEachLineOnceEvenIfItWaits) {
  open();
  const auto before = outside.acknowledged[client];

  call(1, "wait_runs", {{"run_ids", {"r_1"}}});
  say(R"({"jsonrpc":"2.0","id":2,"method":"ping"})");

  EXPECT_EQ(outside.acknowledged[client], before + 2);
  EXPECT_EQ(answer()["id"], 2);
}

TEST_F(Session, AnswersAWaitWhenItIsOver) {
  open();
  call(1, "wait_runs", {{"run_ids", {"r_1"}}});

  script.waited.satisfied = true;
  release(1);

  EXPECT_EQ(answer()["result"]["structuredContent"]["satisfied"], true);
}

TEST_F(Session, TellsProgressEveryTwentySecondsOfAWait) {
  open();
  call(1, "wait_runs", {{"run_ids", {"r_1"}}}, {{"progressToken", "p"}});

  advance(ms(45'000));
  const auto told = heard();
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0]["method"], "notifications/progress");
  EXPECT_EQ(told[0]["params"]["progressToken"], "p");
  EXPECT_EQ(told[0]["params"]["progress"], 20);
  EXPECT_EQ(told[1]["params"]["progress"], 40);

  release(1);
  EXPECT_EQ(answer()["id"], 1);
  advance(ms(60'000));
  EXPECT_TRUE(heard().empty());
}

TEST_F(Session, TellsNoProgressWithoutAToken) {
  open();
  call(1, "wait_runs", {{"run_ids", {"r_1"}}});

  advance(ms(45'000));

  EXPECT_TRUE(heard().empty());
}

TEST_F(Session, SaysNothingMoreOfACancelledCall) {
  open();
  call(1, "wait_runs", {{"run_ids", {"r_1"}}}, {{"progressToken", 9}});
  say(
    R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");

  advance(ms(25'000));
  release(1);

  EXPECT_TRUE(heard().empty());
  EXPECT_EQ(logged.at(0).outcome, "dropped");
}

TEST_F(Session, SaysThatItWaitsNoMoreForACancelledCall) {
  open();
  call(1, "wait_runs", {{"run_ids", {"r_1"}}});
  call(2, "list_runs", json::object());

  say(
    R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");

  ASSERT_EQ(script.given_up.size(), 1U);
  EXPECT_EQ(script.given_up[0].who, script.listed.at(0).who);
}

TEST_F(Session, IgnoresTheCancellationOfWhatItDoesNotKnow) {
  open();
  call(1, "wait_runs", {{"run_ids", {"r_1"}}});
  say(
    R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"1"}})");
  say(R"({"jsonrpc":"2.0","method":"notifications/cancelled"})");

  release(1);

  EXPECT_EQ(answer()["id"], 1);
}

TEST_F(Session, RefusesAnIdThatIsUnderWay) {
  open();
  call(1, "wait_runs", {{"run_ids", {"r_1"}}});
  call(1, "list_runs", json::object());

  EXPECT_EQ(answer()["error"]["code"], -32600);
}

TEST_F(Session, HasAtMost128CallsUnderWay) {
  open();
  for (int i = 0; i < 128; ++i)
    call(i, "wait_runs", {{"run_ids", {"r_1"}}});
  EXPECT_TRUE(heard().empty());

  call(128, "list_runs", json::object());
  EXPECT_THAT(complaint(answer()), ::testing::HasSubstr("128 calls"));

  release(1);
  EXPECT_EQ(answer()["id"], 0);
  call(129, "list_runs", json::object());
  EXPECT_EQ(answer()["id"], 129);
}

TEST_F(Session, BoundsTheWorkOfDroppedCalls) {
  open();
  for (int i = 0; i < 400; ++i) {
    call(i, "wait_runs", {{"run_ids", {"r_1"}}});
    say(
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" +
      std::to_string(i) + "}}");
  }

  EXPECT_EQ(script.waits.size(), open_calls::working_max);
  EXPECT_EQ(heard().size(), 400U - open_calls::working_max);
}

TEST_F(Session, ReportsADeskThatDoesNotAnswer) {
  script.silent = true;
  open();
  call(1, "get_run", {{"run_id", "r_1"}});

  advance(ms(14'000));
  EXPECT_TRUE(heard().empty());
  advance(ms(2'000));

  EXPECT_THAT(complaint(answer()), ::testing::HasSubstr("try again"));
}

TEST_F(Session, PassesTheTextOfAnErrorOn) {
  script.failure = error{errc::not_found, "run r_9: no such run; list_runs has them"};
  open();
  call(1, "get_run", {{"run_id", "r_9"}});

  EXPECT_EQ(complaint(answer()), "run r_9: no such run; list_runs has them");
}

TEST_F(Session, AnswersABatchInOneArray) {
  open("2025-03-26");
  say(
    R"([{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wait_runs","arguments":{"run_ids":["r_1"]}}},)"
    R"({"jsonrpc":"2.0","method":"notifications/initialized"},)"
    R"({"jsonrpc":"2.0","id":2,"method":"ping"},7])");
  EXPECT_TRUE(heard().empty());

  release(1);

  const auto reply = answer();
  ASSERT_EQ(reply.size(), 3U);
  EXPECT_EQ(reply[0]["id"], 2);
  EXPECT_EQ(reply[1]["error"]["code"], -32600);
  EXPECT_EQ(reply[2]["id"], 1);
  EXPECT_FALSE(reply[2]["result"].contains("structuredContent"));
}

TEST_F(Session, FinishesABatchWhoseLastCallIsCancelled) {
  open("2025-03-26");
  say(
    R"([{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"wait_runs","arguments":{"run_ids":["r_1"]}}},)"
    R"({"jsonrpc":"2.0","id":2,"method":"ping"}])");
  say(
    R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");

  const auto reply = answer();
  ASSERT_EQ(reply.size(), 1U);
  EXPECT_EQ(reply[0]["id"], 2);
}

TEST_F(Session, LogsEachCallWithItsOutcome) {
  open();
  call(1, "list_runs", json::object());
  script.failure = error{errc::not_found, "no such thing"};
  call(2, "get_run", {{"run_id", "r_1"}});

  ASSERT_EQ(logged.size(), 2U);
  EXPECT_EQ(logged[0].tool, "list_runs");
  EXPECT_EQ(logged[0].client, client);
  EXPECT_EQ(logged[0].outcome, "ok");
  EXPECT_EQ(logged[1].outcome, "error");
  EXPECT_EQ(logged[1].output, "no such thing");
}

} // namespace
} // namespace troupe::mcp
