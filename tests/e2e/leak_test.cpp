#include "tests/e2e/daemon.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace troupe::e2e {

namespace {

constexpr std::size_t per_run = 100;

/// VmRSS in KiB.
std::int64_t memory_kb(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  std::int64_t kb = 0;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("VmRSS:"))
      std::istringstream(line.substr(6)) >> kb;
  return kb;
}

/// What a daemon holds when nothing runs.
struct holding {
  std::size_t keeper_fds = 0;
  std::size_t supervisor_fds = 0;
  std::size_t processes = 0;
  std::size_t groups = 0;
  std::int64_t keeper_kb = 0;
  std::int64_t supervisor_kb = 0;

  /// But for memory.
  [[nodiscard]] bool is_within(const holding& other) const {
    return keeper_fds <= other.keeper_fds && supervisor_fds <= other.supervisor_fds &&
           processes <= other.processes && groups <= other.groups;
  }

  [[nodiscard]] std::string text() const {
    std::ostringstream out;
    out << "descriptors " << keeper_fds << " + " << supervisor_fds << ", processes "
        << processes << ", cgroups " << groups << ", KiB " << keeper_kb << " + "
        << supervisor_kb;
    return out.str();
  }
};

/// TROUPE_RESTARTS: how many, in each tier. The keeper may grow by 1 MiB, whatever
/// their number; the supervisor by 4 MiB and 256 bytes each, for it lists the runs they
/// are of.
class leak : public daemon_test, public ::testing::WithParamInterface<tier> {
protected:
  void SetUp() override {
    if (const auto* told = std::getenv("TROUPE_RESTARTS"))
      restarts_ = std::strtoul(told, nullptr, 10);
    configure("limits:\n  spawns_per_minute: 1000000\n  incident: {runs: 0}\n");
    use(GetParam());
  }

  [[nodiscard]] holding now() const {
    return {
      descriptors_of(keeper()).size(),
      descriptors_of(supervisor()).size(),
      processes().size(),
      groups().size(),
      memory_kb(keeper()),
      memory_kb(supervisor())};
  }

  /// Runs that die and are started again, `per_run` times each, four at a time.
  void restart(connection& me, std::size_t count) {
    const json policy{
      {"type", "transient"},
      {"max_restarts", per_run},
      {"period_s", 86'400},
      {"backoff_ms", 0},
      {"backoff_max_ms", 0}};
    for (std::size_t done = 0; done < count; done += 4 * per_run) {
      std::vector<std::string> run_ids;
      for (int i = 0; i < 4; ++i)
        run_ids.push_back(spawn(*me, {"trick", "silent", "7"}, {{"restart", policy}}));
      for (const auto& [run_id, brief] : me->ended(run_ids)) {
        EXPECT_EQ(brief["status"], "failed") << print_json(brief);
        EXPECT_EQ(brief["restarts"], per_run) << print_json(brief);
      }
    }
  }

  std::size_t restarts_ = 400;
};

} // namespace

TEST_P(leak, RestartsLeaveNothingBehind) {
  constexpr std::int64_t warm_up = 400;
  constexpr std::int64_t keeper_kb_max = 1024;
  constexpr std::int64_t slack_kb = 4096;
  constexpr std::int64_t bytes_each_max = 256;
  auto me = join();
  restart(me, warm_up);
  holding before;
  ASSERT_TRUE(eventually([&] {
    const auto last = std::exchange(before, now());
    return last.is_within(before) && before.is_within(last) && before.groups == 0;
  }))
    << before.text();
  restart(me, restarts_);
  holding after;
  EXPECT_TRUE(eventually([&] {
    after = now();
    return after.is_within(before);
  }))
    << "before: " << before.text() << "\nafter: " << after.text();
  const auto most =
    slack_kb + (static_cast<std::int64_t>(restarts_) * bytes_each_max / 1024);
  EXPECT_LE(after.keeper_kb - before.keeper_kb, keeper_kb_max) << after.text();
  EXPECT_LE(after.supervisor_kb - before.supervisor_kb, most) << after.text();
  std::printf(
    "%zu restarts; before: %s; after: %s\n",
    restarts_,
    before.text().c_str(),
    after.text().c_str());
}

INSTANTIATE_TEST_SUITE_P(
  Tiers, leak, ::testing::Values(tier::cgroup, tier::subtree), [](const auto& at) {
    return at.param == tier::cgroup ? "Cgroup" : "Subtree";
  });

} // namespace troupe::e2e
