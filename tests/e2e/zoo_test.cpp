#include "tests/e2e/daemon.hpp"

#include "keeper/cgroups.hpp"

#include <fstream>

namespace troupe::e2e {

namespace {

using words = std::vector<std::string>;

struct surroundings {
  const char* name;
  tier how;
  bool older_kernel = false;
};

/// An agent that is hard to live with, and how its run has to end all the same.
struct animal {
  std::string name;
  words act;
  json more = json::object();
  const char* status = "completed";
  const char* reason = "completed";
  std::string first = {};   ///< Said first; the run is cancelled then.
  std::string message = {}; ///< Said at some time, or part of the error.
};

json limit(const char* name, int value) {
  return {{"limits", {{name, value}}}};
}

/// A daemon among hostile agents, all at once.
class zoo : public daemon_test, public ::testing::WithParamInterface<surroundings> {
protected:
  void SetUp() override {
    if (GetParam().older_kernel)
      use_older_kernel();
    use(GetParam().how);
  }

  static bool limited(bool (keeper::cgroup::*by)(std::uint32_t)) {
    const keeper::cgroups groups("probe" + std::to_string(getpid()));
    const auto group =
      GetParam().how == tier::cgroup ? groups.make({"r_probe", 1}) : nullptr;
    return group && (group.get()->*by)(64);
  }

  /// Those that go on until they are stopped.
  static std::vector<animal> stubborn() {
    auto all = std::vector<animal>{
      {"double fork", {"double_fork"}},
      {"deaf", {"deaf"}},
      {"respawner", {"respawner"}},
      {"closes its stdio", {"closes_stdio"}},
      {"fork bomb", {"fork_bomb", "400"}}};
    for (auto& each : all) {
      each.status = each.reason = "cancelled";
      each.first = "ready";
    }
    all.back().first = "spent";
    if (limited(&keeper::cgroup::limit_processes)) {
      all.back().act.back() = "100000";
      all.back().more = limit("processes", 64);
      all.back().first = "refused";
    } else
      GTEST_LOG_(INFO) << "NOT SHOWN: a fork bomb under a limit; no pids controller";
    return all;
  }

  /// Those that end, or are ended.
  static std::vector<animal> passing() {
    std::vector<animal> all{
      {"flood", {"flood"}, limit("output_mb", 1), "failed", "output"},
      {.name = "one byte a second",
       .act = {"dribble", "slow!"},
       .more = limit("idle_s", 5),
       .message = "slow!"},
      {.name = "a line of 64 MiB", .act = {"long_line", "64"}, .message = "after"},
      {.name = "no newline", .act = {"no_newline"}, .message = "last words"},
      {"stops itself", {"stops_itself"}, limit("idle_s", 2), "failed", "hung"},
      {.name = "leaves children", .act = {"leaves_children"}, .message = "done"},
      {.name = "daemoniser", .act = {"daemoniser"}, .message = "done"},
      {.name = "binary", .act = {"binary"}},
      {.name = "silent", .act = {"silent", "0"}},
      {"silent crash", {"silent", "7"}, {}, "failed", "crashed"}};
    if (limited(&keeper::cgroup::limit_memory))
      all.push_back({"hog", {"hog"}, limit("memory_mb", 64), "failed", "oom"});
    else
      GTEST_LOG_(INFO) << "NOT SHOWN: memory that runs out; no memory controller";
    return all;
  }

  std::string let_in(client& me, const animal& which) {
    auto act = which.act;
    act.insert(act.begin(), "trick");
    return spawn(me, act, which.more);
  }

  void is_as_it_must_be(client& me, const animal& which, const std::string& run_id) {
    const auto left = bearers(run_id);
    const auto run = me.must("get_run", {{"run_id", run_id}});
    EXPECT_EQ(run["status"], which.status) << which.name << print_json(run);
    EXPECT_EQ(run["exit"]["reason"], which.reason) << which.name << print_json(run);
    EXPECT_EQ(run["attempts"].size(), 1u) << which.name << print_json(run);
    EXPECT_TRUE(left.empty()) << which.name << described(left);
    std::uint64_t seq = 0;
    bool said = which.message.empty();
    for (const auto& event : me.events(run_id)) {
      ASSERT_EQ(event["seq"], ++seq) << which.name;
      said = said || event["data"].value("text", "").find(which.message) == 0;
    }
    EXPECT_EQ(seq, run["last_seq"]) << which.name;
    EXPECT_TRUE(said) << which.name << ": " << which.message << " was not heard";
  }
};

std::string surroundings_name(const ::testing::TestParamInfo<surroundings>& info) {
  return info.param.name;
}

} // namespace

TEST_P(zoo, WhatWillNotEndIsEndedWithAllOfItsTree) {
  auto me = join();
  std::map<std::string, animal> animals;
  for (const auto& each : stubborn())
    animals[let_in(*me, each)] = each;
  for (const auto& [run_id, each] : animals) {
    const auto said = me->event_of(run_id, "agent_message");
    ASSERT_FALSE(said.is_null()) << each.name << log();
    ASSERT_EQ(said["data"]["text"], each.first) << each.name;
    const auto alive = bearers(run_id);
    EXPECT_GE(alive.size(), 1u) << each.name;
    const auto most = each.first == "refused" ? 64u : 4096u;
    EXPECT_LE(alive.size(), most) << each.name;
  }
  for (const auto& [run_id, each] : animals) {
    const auto answer =
      me->call("cancel_run", {{"run_id", run_id}, {"wait_ms", 30'000}});
    EXPECT_EQ(answer.of("status"), "cancelled") << each.name << answer.text << log();
    EXPECT_EQ(
      answer.of("proof"), GetParam().how == tier::cgroup ? "cgroup" : "subtree");
    is_as_it_must_be(*me, each, run_id);
  }
}

TEST_P(zoo, EveryEndIsCalledByItsName) {
  auto me = join();
  std::map<std::string, animal> animals;
  std::vector<std::string> run_ids;
  for (const auto& each : passing()) {
    run_ids.push_back(let_in(*me, each));
    animals[run_ids.back()] = each;
  }
  me->ended(run_ids);
  for (const auto& [run_id, each] : animals)
    is_as_it_must_be(*me, each, run_id);
}

TEST_P(zoo, WhatCannotStartSaysWhyAndIsNotTriedAgain) {
  auto me = join();
  const auto here = place_.path().string();
  const auto plain = here + "/plain";
  std::ofstream(plain) << "no program\n";
  const std::vector<std::tuple<std::string, std::string, std::string>> all{
    {"/nowhere/program", here, "/nowhere/program"},
    {"no-such-program-anywhere", here, "no-such-program-anywhere"},
    {plain, here, plain}};
  for (const auto& [command, cwd, named] : all) {
    const auto made = me->must(
      "spawn_run",
      {{"backend", "process"},
       {"prompt", "go"},
       {"cwd", cwd},
       {"restart", {{"max_restarts", 5}, {"backoff_ms", 1}}},
       {"backend_config", {{"command", {command}}}}});
    const std::string run_id = made["run_id"];
    me->ended({run_id});
    is_as_it_must_be(*me, {command, {}, {}, "failed", "spawn_failed"}, run_id);
    const auto error =
      me->must("get_run", {{"run_id", run_id}}).value("error", std::string());
    EXPECT_NE(error.find(named), std::string::npos) << error;
  }
  const auto homeless = me->call(
    "spawn_run",
    {{"backend", "process"},
     {"prompt", "go"},
     {"cwd", here + "/nowhere"},
     {"backend_config", {{"command", {"/bin/true"}}}}});
  EXPECT_TRUE(homeless.failed);
  EXPECT_NE(homeless.text.find(here + "/nowhere"), std::string::npos) << homeless.text;
}

/// Only root can open its transcript again; then it is said that something is missing.
TEST_P(zoo, WhatTruncatesItsOwnTranscriptIsFollowedAllTheSame) {
  auto me = join();
  const auto go = place_.path() / "go";
  const animal one{.name = "truncates", .act = {"truncates", go.string()}};
  const auto run_id = let_in(*me, one);
  ASSERT_FALSE(me->event_of(run_id, "agent_message").is_null()) << log();
  std::ofstream(go) << "go";
  me->ended({run_id});
  is_as_it_must_be(*me, one, run_id);
  std::vector<std::string> said;
  int warnings = 0;
  for (const auto& event : me->events(run_id)) {
    if (event["type"] == "agent_message")
      said.push_back(event["data"].value("text", "").substr(0, 9));
    warnings += event["data"].value("kind", "") == "transcript_truncated" ? 1 : 0;
  }
  const bool by_root = GetParam().how != tier::other_user;
  EXPECT_EQ(warnings, by_root ? 1 : 0);
  ASSERT_EQ(said.size(), 3u) << print_json(json(said));
  EXPECT_EQ(said[1], by_root ? "truncated" : "refused");
  EXPECT_EQ(said[2], "three");
}

INSTANTIATE_TEST_SUITE_P(
  Tiers,
  zoo,
  ::testing::Values(
    surroundings{"Cgroup", tier::cgroup},
    surroundings{"CgroupOnAnOlderKernel", tier::cgroup, true},
    surroundings{"Subtree", tier::subtree},
    surroundings{"OtherUser", tier::other_user},
    surroundings{"OtherUserOnAnOlderKernel", tier::other_user, true}),
  surroundings_name);

} // namespace troupe::e2e
