#include "tests/e2e/crash_daemon.hpp"

#include "keeper/lease.hpp"

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <random>

namespace troupe::e2e {

namespace {

using clock = std::chrono::steady_clock;

constexpr bool sanitized() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return true;
#else
  return false;
#endif
#else
  return false;
#endif
}

int number_in(const char* variable, int otherwise) {
  const auto* told = std::getenv(variable);
  return told ? std::atoi(told) : otherwise;
}

/// One act after another under one daemon; in each, a process is killed before the n-th
/// thing it does to the world.
///
/// TROUPE_CRASH_STRIDE=k: n = 1, 1 + k, 1 + 2k … until the steps run out. Without it
/// n = 1, 2, 4 … to find how many steps there are, then any of them (TROUPE_SEED) for
/// the rest of six seconds.
class crash : public crash_daemon, public ::testing::WithParamInterface<crash_plan> {
protected:
  void SetUp() override {
    if (sanitized())
      GTEST_SKIP() << "NOT SHOWN: a sanitizer will have nothing preloaded before it";
    if (geteuid() != 0)
      GTEST_SKIP() << "NOT SHOWN: leaks of cgroups need root";
    crash_daemon::SetUp();
  }

  void TearDown() override {
    if (!IsSkipped())
      crash_daemon::TearDown();
  }

  bool shoot(int n) {
    n_ = n;
    ++shot_;
    return act();
  }

  void shoot_every(int stride) {
    int n = 1;
    while (n < steps_max && !HasFailure() && shoot(n))
      n += stride;
    EXPECT_GT(n, 1) << "nothing was ever hit";
    report(n);
  }

  void shoot_some() {
    const auto seed = static_cast<unsigned>(
      number_in("TROUPE_SEED", static_cast<int>(std::random_device()() >> 1)));
    const auto until = clock::now() + std::chrono::seconds(6);
    const auto may = [&] { return clock::now() < until && !HasFailure(); };
    std::printf("TROUPE_SEED=%u\n", seed);
    int beyond = 1;
    while (beyond < steps_max && shoot(beyond) && may())
      beyond *= 2;
    EXPECT_GT(beyond, 1) << "nothing was ever hit";
    for (std::mt19937 chance(seed); may();)
      shoot(1 + static_cast<int>(chance() % static_cast<unsigned>(beyond)));
    report(beyond);
  }

  void report(int beyond) const {
    std::printf(
      "%s of a %s: %d shots at less than %d steps\n",
      GetParam().act,
      GetParam().process,
      shot_,
      beyond);
    EXPECT_LT(beyond, steps_max) << "the steps do not run out";
  }

  /// The act of a whole run with no shot.
  void rehearse() {
    open_gate();
    await_end(begin("oracle"));
    take_measure();
  }

private:
  static constexpr int steps_max = 4096;

  bool act() {
    const std::map<std::string, std::function<std::string()>> acts{
      {"spawn", [&] { return spawn_act(); }},
      {"restart", [&] { return restart_act(); }},
      {"cancel", [&] { return cancel_act(); }},
      {"adopt", [&] { return adopt_act(); }},
      {"shutdown", [&] { return shutdown_act(); }}};
    const auto run_id = acts.at(GetParam().act)();
    await_end(run_id);
    const bool hit = fired();
    check(GetParam(), run_id);
    return hit;
  }

  void aim_now() { aim(GetParam().process); }

  std::string spawn_act() {
    open_gate();
    aim_now();
    return begin("oracle");
  }

  std::string restart_act() {
    const auto run_id = begin("second_try");
    await_word(run_id);
    aim_now();
    open_gate();
    return run_id;
  }

  std::string cancel_act() {
    const auto run_id = begin("hold_on");
    await_word(run_id);
    aim_now();
    ask("cancel_run", {{"run_id", run_id}});
    return run_id;
  }

  /// Whoever is aimed at may have died before.
  std::string adopt_act() {
    const auto run_id = begin("second_try");
    await_word(run_id);
    const auto old = supervisor();
    aim_now();
    kill(old, SIGKILL);
    await(run_id, [](const json& run) { return run.value("status", "") == "running"; });
    open_gate();
    return run_id;
  }

  std::string shutdown_act() {
    const auto run_id = begin("hold_on");
    await_word(run_id);
    const auto old = keeper();
    aim_now();
    kill(old, SIGTERM);
    EXPECT_TRUE(eventually([&] {
      const auto now = keeper::read_daemon(place_.state());
      return keeper_ended() || (now && now->pid != old);
    }))
      << point() << log();
    ask("cancel_run", {{"run_id", run_id}});
    return run_id;
  }
};

} // namespace

TEST_P(crash, AtAnyStepLosesAndDoublesNothing) {
  rehearse();
  if (const auto stride = number_in("TROUPE_CRASH_STRIDE", 0); stride > 0)
    shoot_every(stride);
  else
    shoot_some();
}

INSTANTIATE_TEST_SUITE_P(
  Points,
  crash,
  ::testing::Values(
    crash_plan{"spawn", "supervisor"},
    crash_plan{"spawn", "keeper"},
    crash_plan{"restart", "supervisor", "completed", 1},
    crash_plan{"restart", "keeper", "completed", 1},
    crash_plan{"cancel", "supervisor", "cancelled"},
    crash_plan{"cancel", "keeper", "cancelled"},
    crash_plan{"adopt", "supervisor", "completed", 1},
    crash_plan{"adopt", "keeper", "completed", 1},
    crash_plan{"shutdown", "supervisor", "cancelled"},
    crash_plan{"shutdown", "keeper", "cancelled"}),
  [](const auto& at) { return std::string(at.param.act) + "_" + at.param.process; });

} // namespace troupe::e2e
