#include "tests/supervision/team_world.hpp"

#include <set>

/// OTP's rules for the end of one of four members, written down a second time: as the
/// manual states them, member by member, without a look at how the team does it.
namespace troupe::supervision {
namespace {

using test::chain;
using test::team_world;
using names_of = std::set<std::string>;
using enum restart_type;

struct a_case {
  strategy how;
  std::size_t which;
  restart_type type;
  restart_type siblings;
  member_end end;
  bool intensity_left;
  bool told_to_stop;
};

struct fate {
  names_of stopped;
  names_of started;
  bool fails = false;
};

bool is_due(const a_case& c) {
  switch (c.type) {
  case permanent:
    return c.end != member_end::cancelled;
  case transient:
    return c.end == member_end::failed || c.end == member_end::hopeless;
  case temporary:
    return false;
  }
  return false;
}

/// supervisor(3): who is terminated and restarted beside the child itself.
bool shares_the_fate(strategy how, std::size_t which, std::size_t other) {
  if (how == strategy::one_for_all)
    return true;
  return how == strategy::rest_for_one && other > which;
}

fate expected(const a_case& c) {
  fate f;
  const std::vector<std::string> all{"a", "b", "c", "d"};
  if (c.told_to_stop || !is_due(c))
    return f;
  f.fails = !c.intensity_left || c.end == member_end::hopeless;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == c.which) {
      if (!f.fails)
        f.started.insert(all[i]);
      continue;
    }
    if (!f.fails && !shares_the_fate(c.how, c.which, i))
      continue;
    f.stopped.insert(all[i]);
    if (!f.fails && c.siblings != temporary)
      f.started.insert(all[i]);
  }
  return f;
}

/// Plays the end of a member to its conclusion; stops must come last first, starts
/// first first.
fate played(const a_case& c) {
  auto spec = chain(4, c.how, c.siblings);
  spec.members[c.which].restart = c.type;
  spec.max_restarts = c.intensity_left ? 1 : 0;
  team_world w({spec});
  w.all_speak();
  fate f;
  const std::string name(1, static_cast<char>('a' + c.which));
  std::vector<std::string> todo;
  if (c.told_to_stop) {
    (void)w.stop();
    for (auto i = 4u; i-- > 0;)
      for (auto& each : w.ends(std::string(1, static_cast<char>('a' + i)), c.end))
        EXPECT_FALSE(each.starts_with("start "));
    return f;
  }
  todo = w.ends(name, c.end);
  std::string last_stopped = "z";
  std::string last_started;
  while (!todo.empty()) {
    std::vector<std::string> next;
    for (const auto& each : todo) {
      if (each == "over")
        continue;
      const auto who = each.substr(each.find(' ') + 1);
      const bool starts = each.starts_with("start ");
      EXPECT_TRUE(starts ? who > last_started : who < last_stopped) << each;
      (starts ? last_started : last_stopped) = who;
      (starts ? f.started : f.stopped).insert(who);
      for (auto& more : starts ? w.speaks(who) : w.ends(who, member_end::cancelled))
        next.push_back(std::move(more));
    }
    todo = std::move(next);
  }
  f.fails = w.phase() == team_phase::failed;
  return f;
}

TEST(TeamFates, AreOtpsForEveryTypeEndStrategyAndIntensity) {
  int cases = 0;
  for (const auto how :
       {strategy::one_for_one, strategy::one_for_all, strategy::rest_for_one})
    for (std::size_t which = 0; which < 4; ++which)
      for (const auto type : {permanent, transient, temporary})
        for (const auto siblings : {permanent, transient, temporary})
          for (const auto end :
               {member_end::completed,
                member_end::failed,
                member_end::hopeless,
                member_end::cancelled})
            for (const bool left : {true, false})
              for (const bool told : {false, true}) {
                const a_case c{how, which, type, siblings, end, left, told};
                const auto want = expected(c);
                const auto got = played(c);
                const auto label = ::testing::Message()
                                   << int(how) << which << int(type) << int(siblings)
                                   << int(end) << left << told;
                EXPECT_EQ(got.stopped, want.stopped) << label;
                EXPECT_EQ(got.started, want.started) << label;
                EXPECT_EQ(got.fails, want.fails) << label;
                ++cases;
              }
  EXPECT_EQ(cases, 3 * 4 * 3 * 3 * 4 * 2 * 2);
}

} // namespace
} // namespace troupe::supervision
