#include "tests/e2e/crash_daemon.hpp"

#include <csignal>

namespace troupe::e2e {

namespace {

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

/// One act after another under one daemon; in each, a process is killed before the n-th
/// thing it does to the world: n = 1, 2, 3 … until its steps run out.
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

  void shoot_at_every_step() {
    do
      ++n_;
    while (n_ < steps_max && act() && !HasFailure());
    std::printf("%s of a %s: %d steps\n", GetParam().act, GetParam().process, n_ - 1);
    EXPECT_GT(n_, 1) << "nothing was ever hit";
    EXPECT_LT(n_, steps_max) << "the steps do not run out";
  }

  /// The act of a whole run with no shot.
  void rehearse() {
    open_gate();
    await_end(begin("oracle"));
    take_measure();
  }

private:
  static constexpr int steps_max = 1000;

  bool act() {
    const std::map<std::string, std::function<std::string()>> acts{
      {"spawn", [&] { return spawn_act(); }},
      {"restart", [&] { return restart_act(); }},
      {"cancel", [&] { return cancel_act(); }},
      {"adopt", [&] { return adopt_act(); }},
      {"mail", [&] { return mail_act(); }},
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
    std::ignore = signal_one(old, SIGKILL);
    await(run_id, [](const json& run) { return run.value("status", "") == "running"; });
    open_gate();
    return run_id;
  }

  /// A message is sent while the agent has a turn: it is the next one, and one only.
  std::string mail_act() {
    const auto run_id = begin("listen", {{"backend_config", {{"stdin", "json"}}}});
    await_word(run_id);
    aim_now();
    const auto sent = ask(
      "send_agent_message",
      {{"to_agent_name", run_id},
       {"message", "ping"},
       {"idempotency_key", std::to_string(n_)}});
    json inbox;
    EXPECT_TRUE(eventually([&] {
      inbox = ask("fetch_agent_messages", {{"agent_name", run_id}})
                .value("messages", json::array());
      return inbox.size() == 1 && inbox[0]["state"] == "delivered";
    }))
      << point() << print_json(inbox) << log();
    EXPECT_EQ(inbox[0]["message_id"], sent["message_id"]) << point();
    open_gate();
    await_end(run_id);
    const auto said = transcript(run_id, 1);
    EXPECT_EQ(std::ranges::count(said, "heard"), 1) << point() << log();
    return run_id;
  }

  std::string shutdown_act() {
    const auto run_id = begin("hold_on");
    await_word(run_id);
    aim_now();
    end_keeper();
    ask("cancel_run", {{"run_id", run_id}});
    return run_id;
  }
};

} // namespace

TEST_P(crash, AtAnyStepLosesAndDoublesNothing) {
  rehearse();
  shoot_at_every_step();
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
    crash_plan{"mail", "supervisor"},
    crash_plan{"shutdown", "supervisor", "cancelled"},
    crash_plan{"shutdown", "keeper", "cancelled"}),
  [](const auto& at) { return std::string(at.param.act) + "_" + at.param.process; });

} // namespace troupe::e2e
