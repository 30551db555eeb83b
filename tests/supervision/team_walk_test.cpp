#include "tests/supervision/team_world.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>

namespace troupe::supervision {
namespace {

using test::team_world;

/// Trees of teams that live random lives on a virtual clock, and what must hold after
/// every event. TROUPE_TEAM_WALK_EVENTS says how many events, TROUPE_TEAM_WALK_SEED
/// which life; a life that goes wrong names its seed.
class random_tree {
public:
  explicit random_tree(std::uint64_t seed)
    : dice_(seed), specs_(grow()), tree_(specs_), stop_after_(roll(400)) {
    obey(tree_.begin(now_));
  }

  [[nodiscard]] bool is_over() const { return tree_.is_over(); }

  void step() {
    now_.ms += static_cast<std::int64_t>(roll(20) == 0 ? roll(60'000) : roll(50));
    if (++steps_ == stop_after_)
      order_stop();
    else if (const auto due = tree_.next_due(); due && *due <= now_)
      obey(tree_.tick(now_));
    else if (live_.empty())
      now_ = tree_.next_due().value_or(now_);
    else
      happen(std::next(live_.begin(), static_cast<std::ptrdiff_t>(roll(live_.size())))
               ->first);
    expect_order();
  }

  /// A stop terminates: every member ends when told, and nothing is started.
  void come_to_an_end() {
    order_stop();
    for (int i = 0; i < 10'000 && !is_over(); ++i) {
      if (!live_.empty())
        end(live_.begin()->first, member_end::cancelled);
      else
        break;
    }
    ASSERT_TRUE(is_over());
    ASSERT_TRUE(live_.empty());
  }

private:
  std::size_t roll(std::size_t sides) { return dice_() % sides; }

  team_spec a_team() {
    team_spec spec;
    spec.how = static_cast<strategy>(roll(3));
    spec.max_restarts = static_cast<std::uint32_t>(roll(6));
    spec.period = std::chrono::milliseconds(1000 + roll(100'000));
    spec.stop_within = std::chrono::milliseconds(roll(5000));
    spec.ends_with = static_cast<auto_shutdown>(roll(3));
    const auto count = 1 + roll(5);
    for (std::size_t i = 0; i < count; ++i) {
      member_spec m{.name = "m" + std::to_string(i)};
      m.restart = static_cast<restart_type>(roll(3));
      m.ready = roll(4) == 0 ? readiness::completed : readiness::spoke;
      m.significant = m.restart != restart_type::permanent && roll(3) == 0;
      for (std::size_t n = 0; n < i; ++n)
        if (roll(3) == 0)
          m.needs.push_back(n);
      spec.members.push_back(std::move(m));
    }
    return spec;
  }

  std::vector<team_spec> grow() {
    std::vector<team_spec> all{a_team()};
    for (std::size_t t = 0; t < all.size() && all.size() < 6; ++t)
      for (std::size_t m = 0; m < all[t].members.size(); ++m)
        if (roll(4) == 0) {
          all[t].members[m].team = all.size();
          all.push_back(a_team());
        }
    return all;
  }

  void order_stop() {
    stopped_ = true;
    obey(tree_.stop("by order", now_));
  }

  void happen(member_place who) {
    const auto chance = roll(10);
    const bool spoken = tree_.state_of(who).phase != member_phase::starting;
    if (chance < 5 && !spoken)
      return obey(tree_.became_ready(who, now_));
    if (chance < 6 && !spoken) {
      live_.erase(who);
      return obey(tree_.not_started(who, "no room", now_));
    }
    constexpr auto kinds = names(member_end{}).size();
    if (chance < 8)
      end(who, static_cast<member_end>(roll(20) == 0 ? roll(kinds) : roll(2)));
  }

  void end(member_place who, member_end how) {
    live_.erase(who);
    obey(tree_.ended(who, how, "ended", now_));
  }

  void obey(const team_tree::actions& todo) {
    for (const auto& each : todo) {
      if (each.what == team_act::over || tree_.spec_of(each.who).team)
        continue;
      if (each.what == team_act::start) {
        ASSERT_FALSE(stopped_) << "started after the stop";
        ASSERT_TRUE(live_.emplace(each.who, false).second) << "two live runs of one";
        expect_needs_are_met(each.who);
      } else {
        const auto it = live_.find(each.who);
        ASSERT_NE(it, live_.end()) << "told to stop and not there";
        if (each.what == team_act::stop) {
          ASSERT_FALSE(it->second) << "told twice";
          expect_nobody_needs(each.who);
        }
        it->second = true;
      }
    }
  }

  void expect_needs_are_met(member_place who) {
    for (const auto n : tree_.spec_of(who).needs) {
      const auto phase = tree_.state_of({who.team, n}).phase;
      ASSERT_NE(phase, member_phase::waiting) << "started before what it needs";
      ASSERT_FALSE(
        phase == member_phase::starting &&
        tree_.at(who.team).spec().members[n].ready == readiness::completed);
    }
  }

  [[nodiscard]] bool needs(member_place who, std::size_t whom) const {
    return std::ranges::any_of(tree_.spec_of(who).needs, [&](std::size_t n) {
      return n == whom || needs({who.team, n}, whom);
    });
  }

  void expect_nobody_needs(member_place who) {
    for (const auto& [other, told] : live_)
      ASSERT_FALSE(other.team == who.team && needs(other, who.member))
        << "stopped before what needs it";
  }

  void expect_order() {
    for (std::size_t t = 0; t < tree_.size(); ++t) {
      const auto& spec = tree_.at(t).spec();
      const auto& state = tree_.at(t).state();
      ASSERT_LE(state.window.size(), spec.max_restarts) << "more than the intensity";
      for (std::size_t i = 1; i < state.window.size(); ++i)
        ASSERT_LE(state.window[i - 1], state.window[i]);
      const bool in_one_span =
        state.window.empty() ||
        state.window.back().ms - state.window.front().ms < spec.period.count();
      ASSERT_TRUE(in_one_span);
      if (!is_final(state.phase))
        continue;
      for (const auto& m : state.members)
        ASSERT_EQ(m.phase, member_phase::ended);
    }
    for (const auto& [who, told] : live_)
      ASSERT_TRUE(
        tree_.state_of(who).phase != member_phase::waiting &&
        tree_.state_of(who).phase != member_phase::ended);
    ASSERT_TRUE(!is_over() || live_.empty()) << "left behind";
  }

  std::mt19937_64 dice_;
  timestamp now_{1'000};
  std::vector<team_spec> specs_;
  team_tree tree_;
  std::size_t stop_after_;
  std::size_t steps_ = 0;
  bool stopped_ = false;
  std::map<member_place, bool> live_; ///< And whether it was told to stop.
};

std::uint64_t number(const char* variable, std::uint64_t otherwise) {
  const char* given = std::getenv(variable);
  return given ? std::strtoull(given, nullptr, 10) : otherwise;
}

#ifndef TROUPE_WALK_EVENTS
#define TROUPE_WALK_EVENTS 1'000'000
#endif

TEST(TeamWalk, HoldsItsPromisesAfterEveryEvent) {
  const auto events = number("TROUPE_TEAM_WALK_EVENTS", TROUPE_WALK_EVENTS);
  const auto only = number("TROUPE_TEAM_WALK_SEED", 0);
  std::uint64_t seen = 0;
  std::uint64_t lives = 0;
  for (auto seed = only ? only : 1; seen < events; ++seed, ++lives) {
    SCOPED_TRACE("TROUPE_TEAM_WALK_SEED=" + std::to_string(seed));
    random_tree life(seed);
    for (int steps = 0; steps < 600 && !life.is_over(); ++steps, ++seen) {
      life.step();
      if (HasFatalFailure())
        return;
    }
    life.come_to_an_end();
    if (HasFatalFailure() || only)
      return;
  }
  RecordProperty("lives", static_cast<int>(lives));
  EXPECT_GT(lives, events / 1000);
}

} // namespace
} // namespace troupe::supervision
