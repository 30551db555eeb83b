#include "tests/actors/post_office.hpp"

namespace troupe {
namespace {

/// Agents and people that wait for what comes into an inbox.
struct a_wait : post_office {
  template <class Handle>
  message_page got(Handle& handle) {
    message_page page;
    handle.receive(
      [&](message_page& answer) { page = std::move(answer); },
      [](const caf::error& e) { ADD_FAILURE() << from_caf(e).message; });
    return page;
  }
};

TEST_F(a_wait, IsAnsweredInsteadOfAnAgentsTurn) {
  const auto id = working();
  auto fetched = ask(names, own_inbox(id, 10'000));

  ASSERT_EQ(send({})->state, message_state::read);

  EXPECT_EQ(got(fetched).messages.at(0).state, message_state::read);
  EXPECT_THAT(taken(id), ElementsAre());
  ASSERT_EQ(send({})->state, message_state::delivered);
}

TEST_F(a_wait, IsAnsweredWithNothingWhenItIsOver) {
  const auto id = working();
  auto fetched = ask(names, own_inbox(id, 10'000));

  advance(ms(10'000));

  EXPECT_TRUE(got(fetched).messages.empty());
  EXPECT_EQ(send({})->state, message_state::delivered);
}

TEST_F(a_wait, TakesNothingForAnAgentThatHasDiedOfIt) {
  const auto id = working();
  auto fetched = ask(names, own_inbox(id, 50'000));
  exits(id, 1);

  ASSERT_EQ(send({})->state, message_state::queued);

  EXPECT_TRUE(got(fetched).messages.empty());
  advance(ms(1'000));
  spawned(id, 2);
  prints(json{{"type", "agent_message"}, {"text", "again"}});
  EXPECT_EQ(state(), message_state::delivered);
  EXPECT_EQ(taken(id, 2).size(), 1u);
}

TEST_F(a_wait, TakesNothingForACallThatWasGivenUp) {
  const auto id = working();
  const auto call = own_inbox(id, 50'000);
  auto fetched = ask(names, call);
  auto other = ask(names, own_inbox(id, 50'000));

  caf::anon_send(names, stop_waiting{.who = call.who});
  settle();

  EXPECT_TRUE(got(fetched).messages.empty());
  ASSERT_EQ(send({})->state, message_state::read) << "another connection waits";
  EXPECT_EQ(got(other).messages.size(), 1u);
  EXPECT_EQ(send({})->state, message_state::delivered);
}

TEST_F(a_wait, OfAPersonEndsWithWhatNoTurnIsMadeOf) {
  (void)working(reads_nothing);
  auto fetched = ask(
    names,
    by_person<fetch_agent_messages>({{"agent_name", "agent1"}, {"wait_ms", 50'000}}));

  ASSERT_EQ(send({})->state, message_state::queued);

  EXPECT_EQ(got(fetched).messages.at(0).state, message_state::queued);
}

TEST_F(a_wait, GoesOnUntilThereIsSomethingNew) {
  const auto id = working(reads_nothing);
  ASSERT_TRUE(send({}));
  ASSERT_EQ(answer<message_page>(names, own_inbox(id))->messages.size(), 1u);
  auto fetched = ask(
    names, by_run<fetch_agent_messages>(id, {{"after_seq", 1}, {"wait_ms", 50'000}}));

  ASSERT_TRUE(send({{"message", "news"}}));

  const auto page = got(fetched);
  ASSERT_EQ(page.messages.size(), 1u);
  EXPECT_EQ(page.messages[0].seq, 2u);
  EXPECT_EQ(page.next_after_seq, 2u);
}

} // namespace
} // namespace troupe
