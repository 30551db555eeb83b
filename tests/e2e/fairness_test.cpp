#include "tests/e2e/daemon.hpp"

#include <algorithm>
#include <chrono>

namespace troupe::e2e {

namespace {

class fairness : public daemon_test {
protected:
  /// The longest but one in a hundred, in milliseconds.
  static double p99(std::vector<double> all) {
    const auto at = all.begin() + static_cast<std::ptrdiff_t>(all.size() * 99 / 100);
    std::ranges::nth_element(all, at);
    return *at;
  }

  static std::vector<double> answers(client& me, const std::string& run_id, int count) {
    using clock = std::chrono::steady_clock;
    std::vector<double> ms;
    for (int i = 0; i < count; ++i) {
      const auto since = clock::now();
      if (i % 2 == 0)
        me.must("get_run", {{"run_id", run_id}});
      else
        me.must("list_runs", {{"limit", 10}});
      ms.push_back(
        std::chrono::duration<double, std::milli>(clock::now() - since).count());
    }
    return ms;
  }
};

} // namespace

/// 5 ms is what a Release build has to hold with the machine to itself (bench/stress);
/// here the calls share two cores with 64 writers and an unoptimised supervisor.
TEST_F(fairness, SixtyFourFloodsDoNotHoldUpAQuestion) {
  constexpr int floods = 64;
  constexpr double debug_ms_max = 50;
  auto me = join();
  std::vector<std::string> run_ids;
  for (int i = 0; i < floods; ++i)
    run_ids.push_back(spawn(*me, {"trick", "pour", "50", "100", "10"}));
  for (const auto& run_id : run_ids)
    ASSERT_FALSE(me->event_of(run_id, "agent_message").is_null()) << log();
  const auto ms = answers(*me, run_ids.front(), 600);
  const auto slow = p99(ms);
  std::printf("p99 %.2f ms of %zu calls\n", slow, ms.size());
  RecordProperty("p99_us", static_cast<int>(slow * 1000));
  EXPECT_LE(slow, debug_ms_max);
  for (const auto& run_id : run_ids)
    me->send("cancel_run", {{"run_id", run_id}, {"wait_ms", 0}});
  for (const auto& [run_id, brief] : me->ended(run_ids))
    EXPECT_EQ(brief["status"], "cancelled") << print_json(brief);
}

} // namespace troupe::e2e
