#include "tests/e2e/daemon.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <sys/mount.h>
#include <unistd.h>

namespace troupe::e2e {

namespace {

using ::testing::HasSubstr;

/// What the daemon takes on, what waits, and what is kept.
class limits : public daemon_test {
protected:
  static json get(connection& me, const std::string& run_id) {
    return me->must("get_run", {{"run_id", run_id}});
  }
  bool comes_to(connection& me, const std::string& run_id, const char* phase) const {
    return eventually([&] { return get(me, run_id)["phase"] == phase; });
  }
  static std::string waits_for(connection& me, const std::string& run_id) {
    return get(me, run_id).value("waits_for", "");
  }
  std::string file(const char* name) const { return place_.path() / name; }
  static void touch(const std::string& file) { std::ofstream{file}; }
};

/// With a disk of its own, which a test fills.
class small_disk : public limits {
protected:
  static constexpr off_t mib = 1 << 20;

  void SetUp() override {
    std::filesystem::create_directories(place_.state());
    if (::mount("tmpfs", state().c_str(), "tmpfs", 0, "size=512m,mode=0700") != 0)
      GTEST_SKIP() << "SKIPPED: no file system can be mounted here";
    mounted_ = true;
    limits::SetUp();
  }
  void TearDown() override {
    if (!mounted_)
      return;
    limits::TearDown();
    EXPECT_EQ(::umount2(state().c_str(), MNT_DETACH), 0);
  }
  std::string state() const { return place_.state(); }
  void leave(off_t bytes) const {
    const auto filler = state() + "/filler";
    const keeper::descriptor to(::open(filler.c_str(), O_CREAT | O_WRONLY, 0600));
    const auto left = static_cast<off_t>(std::filesystem::space(state()).available);
    ASSERT_EQ(::posix_fallocate(to.get(), 0, left - bytes), 0);
  }
  void make_room() const { std::filesystem::remove(state() + "/filler"); }

private:
  bool mounted_ = false;
};

} // namespace

TEST_F(limits, ParkARunUntilItsUsageLimitEndsAndItsSiblingsWithIt) {
  const auto program = agent_program();
  environment_.push_back(
    "TROUPE_CLAUDE_CODE_COMMAND=" + program.substr(0, program.rfind('/')) + "/claude");
  configure("limits: {incident: {hold_s: 1}}\n");
  auto me = join();
  const auto start = [&](const std::string& prompt) {
    return me
      ->must(
        "spawn_run", {{"backend", "claude_code"}, {"prompt", prompt}, {"cwd", "/"}})
      .value("run_id", "");
  };
  const auto first = start("LIMITED 3 " + file("met"));
  ASSERT_TRUE(comes_to(me, first, "parked")) << print_json(get(me, first)) << log();
  const auto second = start("go");
  ASSERT_TRUE(eventually([&] { return !waits_for(me, second).empty(); })) << log();
  EXPECT_EQ(get(me, second)["status"], "queued");
  EXPECT_THAT(
    waits_for(me, second), HasSubstr("the usage limit of account claude_code"));

  me->ended({first, second});

  const auto parked = get(me, first);
  const auto sibling = get(me, second);
  EXPECT_EQ(parked["status"], "completed") << print_json(parked) << log();
  EXPECT_EQ(sibling["status"], "completed") << print_json(sibling) << log();
  ASSERT_EQ(parked["attempts"].size(), 2U);
  EXPECT_EQ(parked["attempts"][0]["exit"]["reason"], "rate_limited");
  const auto until = parked["attempts"][0]["exit"].value("until", "");
  EXPECT_GE(parked["attempts"][1].value("started_at", ""), until);
  EXPECT_GE(sibling["attempts"][0].value("started_at", ""), until);
}

TEST_F(limits, LetRunsWaitForAPlaceAndRefuseTheRest) {
  configure("limits: {live_runs: 1, queue: 1}\n");
  auto me = join();
  const auto first =
    spawn(*me, {"until", file("stop")}, {{"restart", {{"type", "transient"}}}});
  const auto second = spawn(*me, {"answer", "3"});
  const auto third = me->call("spawn_run", agent({"answer", "3"}));
  EXPECT_TRUE(third.failed);
  EXPECT_THAT(third.text, HasSubstr("limits.queue in troupe.yml"));
  ASSERT_TRUE(eventually([&] { return !waits_for(me, second).empty(); })) << log();
  EXPECT_EQ(get(me, second)["status"], "queued");

  touch(file("stop"));
  me->ended({first, second});
  EXPECT_EQ(get(me, second)["status"], "completed") << log();
}

TEST_F(limits, SendOneProbeWhereManyRunsFailOfOneCause) {
  configure("limits: {incident: {hold_s: 1, backoff_s: 1}}\n");
  auto me = join();
  const auto cause =
    "test -e " + file("mended") + " && echo up && exec sleep 600; exit 7";
  std::vector<std::string> ids;
  for (int n = 0; n < 5; ++n)
    ids.push_back(spawn(
      *me,
      {},
      {{"restart", {{"type", "permanent"}, {"max_restarts", 1000}, {"backoff_ms", 0}}},
       {"backend_config", {{"command", {"/bin/sh", "-c", cause, marker_}}}}}));
  const auto waiting = [&] {
    return std::ranges::count_if(ids, [&](const std::string& id) {
      return waits_for(me, id).find("the probe of incident 1") != std::string::npos;
    });
  };
  ASSERT_TRUE(eventually([&] { return waiting() >= 4; })) << log();

  touch(file("mended"));
  EXPECT_TRUE(eventually([&] {
    return std::ranges::all_of(ids, [&](const std::string& id) {
      const auto view = get(me, id);
      return view["phase"] == "working" && !view.contains("waits_for");
    });
  }))
    << log();
  for (const auto& id : ids)
    EXPECT_EQ(bearers(id).size(), 1U) << described(bearers(id));
}

TEST_F(limits, RefuseNewRunsWhereMemoryIsShort) {
  configure("limits: {free_memory_mb: 4000000000}\n");
  auto me = join();
  const auto refused = me->call("spawn_run", agent({"answer", "3"}));
  EXPECT_TRUE(refused.failed);
  EXPECT_THAT(refused.text, HasSubstr("of memory left, a new run needs 4000000000"));
}

TEST_F(limits, RemoveWhatHasBeenKeptLongEnough) {
  std::string old;
  std::string recent;
  {
    auto me = join();
    old = spawn(*me, {"answer", "3"});
    recent = spawn(*me, {"answer", "3"});
    me->ended({old, recent});
  }
  ASSERT_EQ(troupe({"daemon", "stop"})->exit_code(), 0);
  const auto place = place_.state() + "/runs/" + old;
  const auto record = place + "/run.json";
  std::ifstream in(record);
  auto run = json::parse(in);
  run["view"]["updated_at"] = "2020-01-01T00:00:00.000Z";
  std::ofstream{record} << print_json(run) << '\n';

  auto me = join();
  EXPECT_TRUE(eventually([&] {
    return !std::filesystem::exists(place) &&
           me->call("get_run", {{"run_id", old}}).failed;
  }))
    << log();
  EXPECT_EQ(get(me, recent)["status"], "completed");
}

TEST_F(small_disk, PausesRunsUntilThereIsRoom) {
  auto me = join();
  const auto talks =
    spawn(*me, {"until", file("stop")}, {{"restart", {{"type", "transient"}}}});
  ASSERT_TRUE(comes_to(me, talks, "working")) << log();

  leave(100 * mib);
  ASSERT_TRUE(comes_to(me, talks, "parked")) << print_json(get(me, talks)) << log();
  EXPECT_EQ(get(me, talks)["attempts"][0]["exit"]["reason"], "disk");
  ASSERT_TRUE(eventually([&] { return !waits_for(me, talks).empty(); })) << log();
  EXPECT_THAT(waits_for(me, talks), HasSubstr("waits for room on the disk"));
  const auto second = spawn(*me, {"answer", "3"});
  ASSERT_TRUE(eventually([&] { return !waits_for(me, second).empty(); })) << log();

  make_room();
  touch(file("stop"));
  me->ended({talks, second});
  EXPECT_EQ(get(me, second)["status"], "completed") << log();
  EXPECT_EQ(get(me, talks)["attempts"].size(), 2U) << print_json(get(me, talks));
}

} // namespace troupe::e2e
