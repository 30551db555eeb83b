#include "tests/e2e/daemon.hpp"

#include "keeper/cgroups.hpp"

#include <fstream>

namespace troupe::e2e {

namespace {

using words = std::vector<std::string>;

constexpr std::size_t processes_most = 64;

struct surroundings {
  const char* name;
  tier how;
  bool older_kernel = false;
};

/// An agent that is hard to live with, and how its run has to end all the same.
struct animal {
  std::string name;
  words act; ///< Of e2e_agent.
  json more = json::object();
  const char* status = "completed";
  const char* reason = "completed";
  std::string first = {};   ///< Said first; the run is cancelled then.
  std::string message = {}; ///< Said at some time.
  std::string warning = {}; ///< Its kind; told at some time.
};

/// No animal may fill the disk of a machine whose tests were killed.
json limit(const char* name, int value) {
  json limits{{"output_mb", 256}};
  limits[name] = value;
  return {{"limits", limits}};
}

words trick(words act) {
  act.insert(act.begin(), "trick");
  return act;
}

/// A daemon among hostile agents, all at once.
class zoo : public daemon_test, public ::testing::WithParamInterface<surroundings> {
protected:
  void SetUp() override {
    if (GetParam().older_kernel)
      use_older_kernel();
    use(GetParam().how);
  }

  static bool processes_can_be_limited() {
    if (GetParam().how != tier::cgroup)
      return false;
    const keeper::cgroups groups("probe" + std::to_string(getpid()));
    const auto group = groups.make({"r_probe", 1}, true);
    return group && group->limit_processes(64);
  }

  /// Those that go on until they are stopped.
  static std::vector<animal> stubborn() {
    auto all = std::vector<animal>{
      {"double fork", trick({"double_fork"})},
      {"deaf", trick({"deaf"})},
      {"respawner", trick({"respawner"})},
      {"closes its stdio", trick({"closes_stdio"})}};
    for (auto& each : all)
      each.first = "ready";
    all.push_back(fork_bomb());
    for (auto& each : all)
      each.status = each.reason = "cancelled";
    return all;
  }

  /// Where nothing limits it, it limits itself.
  static animal fork_bomb() {
    const bool held = processes_can_be_limited();
    animal bomb{"fork bomb", trick({"fork_bomb", held ? "100000" : "400"})};
    bomb.more = limit("processes", static_cast<int>(processes_most));
    bomb.first = held ? "refused" : "spent";
    if (!held) {
      bomb.warning = "processes_not_limited";
      GTEST_LOG_(INFO) << "NOT SHOWN: a fork bomb under a limit; no pids controller";
    }
    return bomb;
  }

  /// Those that end, or are ended.
  static std::vector<animal> passing() {
    return {
      {"flood", trick({"flood"}), limit("output_mb", 1), "failed", "output"},
      {.name = "one byte a second, of a patience of four",
       .act = trick({"dribble", "slowly!"}),
       .more = limit("idle_s", 4),
       .message = "slowly!"},
      {.name = "a line of 64 MiB",
       .act = trick({"long_line", "64"}),
       .more = limit("output_mb", 128),
       .message = "after"},
      {.name = "no newline", .act = trick({"no_newline"}), .message = "last words"},
      {"stops itself", trick({"stops_itself"}), limit("idle_s", 2), "failed", "hung"},
      {.name = "leaves children", .act = trick({"leaves_children"}), .message = "done"},
      {.name = "daemoniser", .act = trick({"daemoniser"}), .message = "done"},
      {.name = "binary", .act = trick({"binary"})},
      {.name = "silent", .act = trick({"silent", "0"})},
      {"silent crash", trick({"silent", "7"}), {}, "failed", "crashed"},
      {"OOM behind a wrapper",
       {"hog", "400"},
       limit("memory_mb", 64),
       "failed",
       "oom"}};
  }

  std::string let_in(client& me, const animal& which) {
    return spawn(me, which.act, which.more);
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
    bool warned = which.warning.empty();
    for (const auto& event : me.events(run_id)) {
      ASSERT_EQ(event["seq"], ++seq) << which.name;
      said = said || event["data"].value("text", "").find(which.message) == 0;
      warned = warned || event["data"].value("kind", "") == which.warning;
    }
    EXPECT_EQ(seq, run["last_seq"]) << which.name;
    EXPECT_TRUE(said) << which.name << ": " << which.message << " was not heard";
    EXPECT_TRUE(warned) << which.name << ": no warning of " << which.warning;
  }

  struct story {
    words said; ///< The first nine letters of each line.
    int warnings = 0;
  };

  /// Lets an agent that waits for the file `go` cut its transcript short.
  story told_of_truncating(client& me, const animal& one, const std::string& run_id) {
    story all;
    EXPECT_FALSE(me.event_of(run_id, "agent_message").is_null()) << log();
    std::ofstream(place_.path() / "go") << "go";
    me.ended({run_id});
    is_as_it_must_be(me, one, run_id);
    for (const auto& event : me.events(run_id)) {
      if (event["type"] == "agent_message")
        all.said.push_back(event["data"].value("text", "").substr(0, 9));
      all.warnings += event["data"].value("kind", "") == "transcript_truncated" ? 1 : 0;
    }
    return all;
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
    EXPECT_TRUE(each.first != "refused" || alive.size() <= processes_most) << each.name;
  }
  for (const auto& [run_id, each] : animals) {
    const auto answer =
      me->call("cancel_run", {{"run_id", run_id}, {"wait_ms", 30'000}});
    EXPECT_EQ(answer.of("status"), "cancelled") << each.name << answer.text << log();
    EXPECT_EQ(
      answer.of("proof"), GetParam().how == tier::cgroup ? "cgroup" : "subtree");
    is_as_it_must_be(*me, each, run_id);
    if (each.first == "refused") {
      const auto run = me->must("get_run", {{"run_id", run_id}});
      const auto detail = run["attempts"][0]["exit"].value("detail", "");
      EXPECT_NE(detail.find("limits.processes (64)"), detail.npos) << print_json(run);
    }
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
  const animal one{.name = "truncates", .act = trick({"truncates", go.string()})};
  const auto told = told_of_truncating(*me, one, let_in(*me, one));
  const bool by_root = GetParam().how != tier::other_user;
  EXPECT_EQ(told.warnings, by_root ? 1 : 0);
  ASSERT_EQ(told.said.size(), 3u) << print_json(json(told.said));
  EXPECT_EQ(told.said[1], by_root ? "truncated" : "refused");
  EXPECT_EQ(told.said[2], "three");
}

TEST_P(zoo, AShellThatWritesToDevStdoutIsFollowedAllTheSame) {
  auto me = join();
  const auto go = place_.path() / "go";
  const auto script = "printf '%0200d\\n' 1; until [ -e " + go.string() +
                      " ]; do sleep 0.01; done; echo x > /dev/stdout; "
                      "echo y | tee /dev/stdout; echo end";
  const animal one{.name = "shell", .act = {}, .message = "end"};
  const auto run_id = spawn(
    *me, {}, {{"backend_config", {{"command", {"/bin/sh", "-c", script, marker_}}}}});
  const auto told = told_of_truncating(*me, one, run_id);
  EXPECT_EQ(told.warnings > 0, GetParam().how != tier::other_user) << told.warnings;
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
