#include "tests/actors/house.hpp"

#include <gmock/gmock.h>

namespace troupe {
namespace {

using ::testing::HasSubstr;

struct eyes_state {
  static inline const char* name = "fake_peers";
};

/// Clients that came by TCP: what PEERS finds at the far end is in the test's hands.
struct Callers : test::house {
  found_peer at_far_end;
  bool blind = false; ///< PEERS does not answer.
  std::size_t looks = 0;

  void SetUp() override {
    eyes = spawn(
      [](peers_actor::stateful_pointer<eyes_state> self, Callers* test) {
        return peers_actor::behavior_type{
          [test, self](const find_peer&) -> caf::result<found_peer> {
            ++test->looks;
            if (test->blind)
              return test->unanswered.emplace_back(
                self->make_response_promise<found_peer>());
            return test->at_far_end;
          },
          [](const look_for_peers&) {}};
      },
      this);
    begin();
  }

  void TearDown() override {
    unanswered.clear();
    house::TearDown();
  }

  static whose_process over_tcp(std::optional<std::string> token = {}) {
    whose_process question;
    question.ends = tcp_ends{.connection = 1, .near = {}, .far = {}};
    question.token = std::move(token);
    return question;
  }

  result<process_owner> owner(std::optional<std::string> token = {}) {
    return answer<process_owner>(boss, over_tcp(std::move(token)));
  }

  void sits(int pid, std::vector<int> ancestors, std::string cgroup = {}) {
    at_far_end = {};
    at_far_end.pid = pid;
    at_far_end.ancestors = std::move(ancestors);
    at_far_end.cgroup = std::move(cgroup);
  }

  std::vector<caf::typed_response_promise<found_peer>> unanswered;
};

TEST_F(Callers, AreTheRunWhoseProcessIsAtTheFarEnd) {
  const auto id = start();
  spawned(id);

  sits(500, {77, 1});
  EXPECT_EQ(owner()->run_id, id);
  sits(9, {8, 501, 77, 1});
  EXPECT_EQ(owner()->run_id, id);
  sits(9, {1}, "/x/" + id + ".1");
  EXPECT_EQ(owner()->run_id, id);
  sits(9, {8, 1});
  EXPECT_FALSE(owner().value().run_id);
}

TEST_F(Callers, AreNoOtherRunByItsToken) {
  const auto mine = start();
  spawned(mine);
  const auto other = start();
  tell_both(key(other), alive(key(other), 600));
  const auto token = *store::load_token(disk, other, 1);

  sits(500, {77, 1});
  EXPECT_EQ(owner(token)->run_id, mine);
  sits(9, {8, 1});
  EXPECT_EQ(owner(token)->run_id, other);
}

TEST_F(Callers, ThatTheKeeperStartedAreNoPersonsThoughTheirRunIsNotKnown) {
  const auto id = start();
  spawned(id);
  sits(9, {8, 77, 1});
  EXPECT_EQ(owner().error().code, errc::refused);
}

TEST_F(Callers, AreAskedAgainWhenTheirStartIsTold) {
  const auto id = start();
  sits(9, {501, 77, 1});
  auto asked_for = ask(boss, over_tcp());

  spawned(id);

  std::optional<std::string> run;
  asked_for.receive(
    [&](const process_owner& is) { run = is.run_id; }, [](const caf::error&) {});
  EXPECT_EQ(run, id);
}

TEST_F(Callers, ThatHungUpAreRefusedEvenWithATokenOfARun) {
  const auto id = start();
  spawned(id);
  at_far_end.hung_up = true;

  EXPECT_THAT(owner().error().message, HasSubstr("given up before"));
  EXPECT_EQ(owner(*store::load_token(disk, id, 1)).error().code, errc::refused);
}

TEST_F(Callers, ThatCannotBeSeenArePersonsUnlessTheirTokenIsOfARun) {
  const auto id = start();
  spawned(id);

  EXPECT_FALSE(owner().value().run_id);
  EXPECT_EQ(owner(*store::load_token(disk, id, 1))->run_id, id);
}

TEST_F(Callers, AreNotServedIfNobodyLooks) {
  spawned(start());
  blind = true;
  auto asked_for = ask(boss, over_tcp());

  advance(ms(60'000));

  bool refused = false;
  asked_for.receive(
    [](const process_owner&) {}, [&](const caf::error&) { refused = true; });
  EXPECT_TRUE(refused);
}

TEST_F(Callers, AreNotLookedForWhileNoAgentLives) {
  EXPECT_FALSE(owner().value().run_id);
  EXPECT_EQ(looks, 0U);

  const auto id = start();
  spawned(id);
  EXPECT_FALSE(owner().value().run_id);
  EXPECT_EQ(looks, 1U);

  completes(id);
  EXPECT_FALSE(owner().value().run_id);
  EXPECT_EQ(looks, 1U);
}

TEST_F(Callers, OfTheSocketAreNotLookedFor) {
  spawned(start());
  EXPECT_FALSE(answer<process_owner>(boss, whose_process{.pid = 9, .ancestors = {8, 1}})
                 .value()
                 .run_id);
  EXPECT_EQ(looks, 0U);
}

} // namespace
} // namespace troupe
