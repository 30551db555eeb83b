#include "supervision/lifecycle.hpp"
#include "supervision/restart.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace troupe::supervision {
namespace {

using namespace std::chrono_literals;

constexpr auto kind_count = names(exit_kind{}).size();
constexpr auto event_count = names(run_event{}).size();

/// One run that lives a random life by the rules, and what must hold at each step.
class random_life {
public:
  random_life(std::mt19937& dice, restart_policy policy)
    : dice_(dice), policy_(policy), history_(policy) {}

  void step() {
    now_ += moment{roll(40'000)};
    const auto on = static_cast<run_event>(roll(event_count));
    if (ends_an_attempt(on) && has_attempt())
      attempt_ended();
    else
      take(on);
  }

  [[nodiscard]] bool is_over() const { return is_final(phase_); }

  /// A final phase answers to nothing.
  void expect_the_end() const {
    for (std::size_t e = 0; e < event_count; ++e)
      EXPECT_FALSE(next(phase_, static_cast<run_event>(e)));
  }

private:
  std::size_t roll(std::size_t sides) { return dice_() % sides; }

  static bool ends_an_attempt(run_event on) {
    return on == run_event::attempt_over || on == run_event::limit_reached;
  }

  [[nodiscard]] bool has_attempt() const {
    return next(phase_, run_event::attempt_over).has_value();
  }

  void take(run_event on) {
    const auto to = next(phase_, on);
    if (!to)
      return;
    EXPECT_FALSE(is_final(phase_));
    EXPECT_FALSE(told_to_stop_ && *to == run_phase::starting);
    told_to_stop_ = told_to_stop_ || on == run_event::told_to_stop;
    phase_ = *to;
  }

  void attempt_ended() {
    const exit_reason why{.reason = static_cast<exit_kind>(roll(kind_count))};
    const double chance = static_cast<double>(roll(1000)) / 1000;
    const auto chosen = history_.decide(why, now_, moment{roll(120'000)}, chance);
    EXPECT_TRUE(!stopped_ || chosen.what == verdict::stop);
    stopped_ = stopped_ || chosen.what == verdict::stop;
    EXPECT_GE(chosen.wait, 0ms);
    EXPECT_FALSE(chosen.cause.empty());
    follow(chosen.what);
  }

  void follow(verdict what) {
    switch (what) {
    case verdict::restart:
      note_restart();
      return take(run_event::attempt_over);
    case verdict::park:
      EXPECT_EQ(history_.restarts(), restarts_.size());
      EXPECT_GT(policy_.max_restarts, 0u);
      return take(run_event::limit_reached);
    case verdict::finish:
      take(run_event::result_known);
      return take(run_event::ended_well);
    case verdict::give_up:
      return take(run_event::ended_badly);
    case verdict::stop:
      take(run_event::told_to_stop);
      EXPECT_EQ(phase_, run_phase::stopping);
      return take(run_event::stopped);
    }
  }

  void note_restart() {
    restarts_.push_back(now_);
    EXPECT_EQ(history_.restarts(), restarts_.size());
    const auto within = std::ranges::count_if(restarts_, [&](moment at) {
      return now_ - at < std::chrono::seconds{policy_.period_s};
    });
    EXPECT_LE(within, policy_.max_restarts);
  }

  std::mt19937& dice_;
  restart_policy policy_;
  restart_history history_;
  run_phase phase_ = run_phase::queued;
  moment now_{0};
  bool told_to_stop_ = false;
  bool stopped_ = false;
  std::vector<moment> restarts_;
};

restart_policy random_policy(std::mt19937& dice) {
  return {
    .type = static_cast<restart_type>(dice() % 3),
    .max_restarts = static_cast<std::uint32_t>(dice() % 5),
    .period_s = static_cast<std::uint32_t>(1 + dice() % 600)};
}

TEST(RandomWalk, KeepsTheLawsOverAHundredThousandSteps) {
  std::mt19937 dice(20261120);
  int lives = 0;
  for (int steps = 0; steps < 100'000; ++lives) {
    random_life life(dice, random_policy(dice));
    for (; steps < 100'000 && !life.is_over(); ++steps)
      life.step();
    if (life.is_over())
      life.expect_the_end();
    ASSERT_FALSE(HasFailure()) << "in life " << lives;
  }
  EXPECT_GT(lives, 1000);
}

} // namespace
} // namespace troupe::supervision
