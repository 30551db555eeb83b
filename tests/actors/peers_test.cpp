#include "actors/peers.hpp"

#include "tests/support/world.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe {
namespace {

/// PEERS whose looks find process 100 + n at connection n, and nobody from 5000 on.
struct Peers : test::actor_world {
  using numbers = std::vector<std::uint64_t>;

  std::vector<numbers> looks;
  peers_actor eyes = spawn(
    peers, peer_look([this](const std::vector<tcp_ends>& of) { return look(of); }));

  std::vector<io::tcp_peer> look(const std::vector<tcp_ends>& of) {
    std::vector<io::tcp_peer> found(of.size());
    auto& look = looks.emplace_back();
    for (std::size_t i = 0; i < of.size(); ++i) {
      look.push_back(of[i].connection);
      found[i].hung_up = of[i].connection >= 5000;
      if (!found[i].hung_up)
        found[i].who = {
          .pid = 100 + static_cast<int>(of[i].connection),
          .uid = 0,
          .cgroup = "/x",
          .ancestors = {8, 1}};
    }
    return found;
  }

  /// Does not settle.
  auto wonder(std::uint64_t connection) {
    find_peer question;
    question.ends.connection = connection;
    return asker->request(eyes, std::chrono::seconds(10), question);
  }

  template <class Handle>
  static found_peer told(Handle&& asked_for) {
    found_peer found;
    asked_for.receive(
      [&](const found_peer& what) { found = what; },
      [](const caf::error&) { ADD_FAILURE() << "no answer"; });
    return found;
  }
};

TEST_F(Peers, TellWhatALookFoundOfAProcess) {
  auto asked_for = wonder(7);
  settle();

  const auto found = told(asked_for);
  EXPECT_FALSE(found.hung_up);
  EXPECT_EQ(found.pid, 107);
  EXPECT_EQ(found.cgroup, "/x");
  EXPECT_EQ(found.ancestors, (std::vector{8, 1}));
}

TEST_F(Peers, AnswerAllWhoWaitByOneLook) {
  auto first = wonder(1);
  auto second = wonder(2);
  auto third = wonder(3);
  settle();

  EXPECT_EQ(looks, (std::vector<numbers>{{1, 2, 3}}));
  EXPECT_EQ(told(first).pid, 101);
  EXPECT_EQ(told(second).pid, 102);
  EXPECT_EQ(told(third).pid, 103);
}

TEST_F(Peers, RememberAConnectionThatWasLookedUp) {
  for (int i = 0; i < 3; ++i) {
    auto asked_for = wonder(1);
    settle();
    EXPECT_EQ(told(asked_for).pid, 101);
  }
  EXPECT_EQ(looks.size(), 1U);
}

TEST_F(Peers, ForgetTheOldestOfMoreThanTheyMayRemember) {
  const auto see = [&](std::uint64_t connection) {
    auto asked_for = wonder(connection);
    settle();
    static_cast<void>(told(asked_for));
  };
  for (std::uint64_t i = 0; i <= peers_state::remembered_max; ++i)
    see(i);
  const auto before = looks.size();

  see(peers_state::remembered_max);
  see(1);
  EXPECT_EQ(looks.size(), before);
  see(0);
  EXPECT_EQ(looks.size(), before + 1);
}

TEST_F(Peers, LookAgainAtWhatWasGivenUp) {
  for (int i = 0; i < 2; ++i) {
    auto asked_for = wonder(5000);
    settle();
    EXPECT_TRUE(told(asked_for).hung_up);
  }
  EXPECT_EQ(looks.size(), 2U);
}

} // namespace
} // namespace troupe
