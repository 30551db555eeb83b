#include "tests/gateway/door.hpp"

namespace troupe::mcp {
namespace {

struct Gateway : test::door_world {
  static constexpr const char* ping = R"({"jsonrpc":"2.0","id":1,"method":"ping"})";
};

TEST_F(Gateway, KeepsClientsApart) {
  open("2025-11-25", 1);
  open("2024-11-05", 2);

  say(ping, 2);

  EXPECT_TRUE(heard(1).empty());
  EXPECT_EQ(answer(2)["id"], 1);
}

TEST_F(Gateway, IgnoresClientsItDoesNotKnow) {
  say(ping, 99);
  leave(99);

  EXPECT_TRUE(heard(99).empty());
  EXPECT_TRUE(outside.hung_up.empty());
}

TEST_F(Gateway, HangsUpOnAClientThatLeftAndHasAllItsAnswers) {
  open();

  leave();

  EXPECT_TRUE(outside.hung_up.contains(client));
  EXPECT_TRUE(script.cancelled.empty());
  say(ping);
  EXPECT_TRUE(heard().empty());
}

TEST_F(Gateway, AnswersWhatAClientAskedBeforeItLeft) {
  open();
  call(1, "wait_runs", {{"run_ids", {"r_1"}}});

  leave();
  const bool held = outside.hung_up.empty();
  release();

  EXPECT_TRUE(held);
  EXPECT_EQ(answer()["id"], 1);
  EXPECT_TRUE(outside.hung_up.contains(client));
}

TEST_F(Gateway, ServesAClientThatLeftBeforeItWasKnown) {
  script.hold_identities = true;
  join();
  say(hello_line);
  say(ping);

  leave();
  const bool held = outside.hung_up.empty();
  release();

  EXPECT_TRUE(held);
  EXPECT_EQ(answer()["id"], 1);
  EXPECT_TRUE(outside.hung_up.contains(client));
}

TEST_F(Gateway, HangsUpOnlyOnTheClientWhoseSessionDied) {
  const auto log = mcp::session_options{.log = [](const mcp::call_entry& e) {
    if (e.tool == "get_run")
      throw std::runtime_error("a bug of ours");
  }};
  gate = spawn(mcp::gateway, static_cast<room*>(&outside), at, log);
  open("2025-11-25", 1);
  open("2025-11-25", 7);

  call(1, "get_run", {{"run_id", "r_1"}});

  EXPECT_EQ(outside.hung_up, (std::set<std::uint64_t>{7}));
  say(ping, 1);
  EXPECT_EQ(answer(1)["id"], 1);
}

TEST_F(Gateway, HangsUpOnEverybodyWhenItDies) {
  open("2025-11-25", 1);
  open("2025-11-25", 2);

  caf::anon_send_exit(gate, caf::exit_reason::kill);
  settle();

  EXPECT_EQ(outside.hung_up, (std::set<std::uint64_t>{1, 2}));
}

TEST_F(Gateway, TellsRunsHowManyClientsThereAre) {
  open("2025-11-25", 1);
  open("2025-11-25", 2);
  leave(1);

  EXPECT_EQ(script.clients_told, (std::vector<std::size_t>{1, 2, 1}));
}

TEST_F(Gateway, LetsAClientComeBackUnderItsNumber) {
  open();
  leave();

  open();
  say(ping);

  EXPECT_EQ(answer()["id"], 1);
}

} // namespace
} // namespace troupe::mcp
