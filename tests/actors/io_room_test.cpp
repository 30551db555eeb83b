#include "actors/io_room.hpp"

#include "keeper/wire.hpp"
#include "tests/io/plug.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

namespace troupe {
namespace {

constexpr std::chrono::seconds patience{20};

/// A room between a keeper, played by the test, and two actors.
struct IoRoom : testing::Test {
  caf::actor_system_config settings;
  caf::actor_system system{settings};
  caf::scoped_actor boss{system, true};
  caf::scoped_actor watcher{system, true};
  std::unique_ptr<io::plug> keeper_end;
  std::unique_ptr<io_room> room;
  keeper::attempt_key key{"r_1", 1};

  IoRoom() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    keeper_end = std::make_unique<io::plug>(keeper::descriptor(ends[0]));
    room = std::make_unique<io_room>(ends[1], -1, 7);
    room->start();
    room->serve({caf::actor_cast<runs_actor>(boss->address()), {}, {}, [](bool) {}});
  }

  void keeper_says(const keeper::report& what) const {
    keeper_end->say(keeper::print(what) + "\n");
  }
  keeper::report exited(int code) const {
    return keeper::exited_report{.key = key, .code = code, .tree_empty = true};
  }
  keeper::report gone() const { return keeper::gone_report{.key = key}; }

  /// What the actor hears next, in words.
  static std::string heard(caf::scoped_actor& who) {
    std::string words = "nothing";
    who->receive(
      [&](const kept_news& news) { words = keeper::print(news.what); },
      caf::after(patience) >> [] {});
    return words;
  }
};

TEST_F(IoRoom, TellsHowAnAttemptEndedToWhoWatchesItLater) {
  keeper_says(exited(3));
  keeper_says(gone());
  EXPECT_EQ(heard(boss), keeper::print(exited(3)));
  EXPECT_EQ(heard(boss), keeper::print(gone()));

  room->watch(key, watcher->address());

  EXPECT_EQ(heard(watcher), keeper::print(exited(3)));
  EXPECT_EQ(heard(watcher), keeper::print(gone()));
}

TEST_F(IoRoom, TellsItOnce) {
  keeper_says(exited(3));
  EXPECT_EQ(heard(boss), keeper::print(exited(3)));
  room->watch(key, watcher->address());
  EXPECT_EQ(heard(watcher), keeper::print(exited(3)));

  room->watch(key, watcher->address());
  keeper_says(exited(4));

  EXPECT_EQ(heard(watcher), keeper::print(exited(4)));
}

TEST_F(IoRoom, TellsNobodyOfWhatIsForgottenOrUnwatched) {
  keeper_says(exited(3));
  EXPECT_EQ(heard(boss), keeper::print(exited(3)));
  room->order(keeper::forget_order{.key = key});
  room->watch(key, watcher->address());
  keeper_says(exited(4));
  EXPECT_EQ(heard(watcher), keeper::print(exited(4)));

  room->unwatch(key);
  keeper_says(exited(5));

  EXPECT_EQ(heard(boss), keeper::print(exited(5)));
}

TEST_F(IoRoom, TellsRunsWhatIsGoneThoughSomebodyWatches) {
  room->watch(key, watcher->address());
  keeper_says(exited(3));
  keeper_says(gone());

  EXPECT_EQ(heard(watcher), keeper::print(exited(3)));
  EXPECT_EQ(heard(watcher), keeper::print(gone()));
  EXPECT_EQ(heard(boss), keeper::print(gone()));
}

} // namespace
} // namespace troupe
