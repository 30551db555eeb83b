#include "keeper/cgroup.hpp"

#include "keeper/files.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

namespace troupe::keeper {
namespace {

namespace fs = std::filesystem;

/// The files of a group as a kernel with controllers shows them: here they are plain
/// files, so that this is tested where the kernel gives none.
class CgroupFiles : public testing::Test {
protected:
  void SetUp() override {
    const auto root =
      fs::temp_directory_path() / ("troupe-cgroup-" + std::to_string(getpid()));
    fs::remove_all(root);
    v2_ = root / "v2";
    v1_ = root / "v1";
    fs::create_directories(v2_);
    fs::create_directories(v1_);
    put(v2_ / "cgroup.events", "populated 0\nfrozen 0\n");
    put(v2_ / "cgroup.procs", "");
  }
  void TearDown() override { fs::remove_all(v2_.parent_path()); }

  static void put(const fs::path& file, const std::string& text) {
    std::ofstream(file) << text;
  }
  static std::string get(const fs::path& file) {
    return read_file(file.string()).value_or("no file");
  }

  void has_memory_controller() const {
    for (const auto* name :
         {"memory.max", "memory.high", "memory.swap.max", "memory.oom.group"})
      put(v2_ / name, "");
    put(v2_ / "memory.current", "104857600\n");
    put(v2_ / "memory.peak", "157286401\n");
    put(v2_ / "memory.stat", "anon 4096\ninactive_file 52428800\nactive_file 0\n");
    put(
      v2_ / "memory.events",
      "low 0\nhigh 12\nmax 3\noom 1\noom_kill 0\noom_group_kill 0\n");
    put(v2_ / "cpu.stat", "usage_usec 1500000\nuser_usec 1000000\n");
  }

  void has_v1() const {
    put(v1_ / "memory.limit_in_bytes", "");
    put(v1_ / "memory.memsw.limit_in_bytes", "");
    put(v1_ / "memory.usage_in_bytes", "3145728\n");
    put(v1_ / "memory.max_usage_in_bytes", "4194304\n");
    put(v1_ / "memory.stat", "cache 1048576\ntotal_inactive_file 1048576\n");
    put(v1_ / "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n");
  }

  [[nodiscard]] cgroup v2_only() const { return {{v2_.string(), {}, {}}, false}; }
  [[nodiscard]] cgroup with_v1() const {
    return {{v2_.string(), v1_.string(), v1_.string()}, false};
  }

  fs::path v2_;
  fs::path v1_;
};

TEST_F(CgroupFiles, LimitMemoryInV2SlowDownBelowItAndEndTheGroupTogether) {
  has_memory_controller();
  auto group = v2_only();

  EXPECT_TRUE(group.limit_memory(64));

  EXPECT_EQ(get(v2_ / "memory.max"), "67108864");
  EXPECT_EQ(get(v2_ / "memory.high"), "62914560");
  EXPECT_EQ(get(v2_ / "memory.swap.max"), "0");
  EXPECT_EQ(get(v2_ / "memory.oom.group"), "1");
}

TEST_F(CgroupFiles, TellPeakAndKillsOfV2) {
  has_memory_controller();
  const auto group = v2_only();
  EXPECT_EQ(group.memory().peak_mb, 151U) << "rounded up";
  EXPECT_EQ(group.memory().oom_kills, 0U);

  put(v2_ / "memory.events", "high 0\noom 1\noom_kill 3\noom_group_kill 1\n");

  EXPECT_EQ(group.memory().oom_kills, 3U);
}

TEST_F(CgroupFiles, TellWhatIsInUseWithoutTheIdlePageCache) {
  has_memory_controller();
  const auto use = v2_only().use();
  EXPECT_EQ(use.memory_mb, 50U);
  EXPECT_EQ(use.peak_memory_mb, 151U);
  EXPECT_EQ(use.cpu_ms, 1500U);
}

TEST_F(CgroupFiles, LimitMemoryInV1WhereV2HasNoController) {
  has_v1();
  auto group = with_v1();

  EXPECT_TRUE(group.limit_memory(64));

  EXPECT_EQ(get(v1_ / "memory.limit_in_bytes"), "67108864");
  EXPECT_EQ(get(v1_ / "memory.memsw.limit_in_bytes"), "67108864");
  EXPECT_EQ(group.memory().oom_kills, 2U);
  EXPECT_EQ(group.memory().peak_mb, 4U);
  EXPECT_EQ(group.use().memory_mb, 2U);
}

TEST_F(CgroupFiles, PreferV2WhereBothAreThere) {
  has_memory_controller();
  has_v1();
  auto group = with_v1();

  EXPECT_TRUE(group.limit_memory(64));

  EXPECT_EQ(get(v1_ / "memory.limit_in_bytes"), "");
  EXPECT_EQ(group.memory().oom_kills, 0U);
}

TEST_F(CgroupFiles, LimitProcessesInV2AndTellWhatWasRefused) {
  put(v2_ / "pids.max", "");
  put(v2_ / "pids.events", "max 0\n");
  auto group = v2_only();
  EXPECT_TRUE(group.limit_processes(64));
  EXPECT_EQ(get(v2_ / "pids.max"), "64");
  EXPECT_EQ(group.forks_refused(), 0U);

  put(v2_ / "pids.events", "max 17\n");

  EXPECT_EQ(group.forks_refused(), 17U);
}

TEST_F(CgroupFiles, LimitProcessesInV1WhereV2HasNoController) {
  put(v1_ / "pids.max", "");
  put(v1_ / "pids.events", "max 3\n");
  auto group = with_v1();

  EXPECT_TRUE(group.limit_processes(64));

  EXPECT_EQ(get(v1_ / "pids.max"), "64");
  EXPECT_EQ(group.forks_refused(), 3U);
}

TEST_F(CgroupFiles, SayThatProcessesAreNotLimitedWhereThereIsNoController) {
  auto group = v2_only();
  EXPECT_FALSE(group.limit_processes(64));
  EXPECT_FALSE(group.forks_refused());
}

TEST_F(CgroupFiles, SayThatMemoryIsNotLimitedWhereThereIsNoController) {
  auto group = v2_only();
  EXPECT_FALSE(group.limit_memory(64));
  EXPECT_FALSE(group.memory().oom_kills) << "no counter, so no proof";
  EXPECT_FALSE(group.use().peak_memory_mb);
}

} // namespace
} // namespace troupe::keeper
