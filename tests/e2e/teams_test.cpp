#include "tests/e2e/daemon.hpp"

#include <csignal>
#include <fstream>

namespace troupe::e2e {

namespace {

class teams : public daemon_test {
protected:
  void SetUp() override { configure("toolsets: [runs, teams]\n"); }

  json member(const char* name, std::vector<std::string> act) const {
    auto run = agent(std::move(act));
    run["restart"] = {{"type", "temporary"}};
    return {{"name", name}, {"run", run}};
  }

  std::string start(client& by, const char* how, json members) {
    return by
      .must(
        "spawn_team",
        {{"strategy", how}, {"members", std::move(members)}, {"stop_s", 10}})
      .value("team_id", "");
  }

  json three() const {
    return {member("a", {"wait"}), member("b", {"wait"}), member("c", {"wait"})};
  }

  json look(client& by, const std::string& team_id) {
    return by.must("get_tree", {{"team", team_id}})["teams"][0];
  }

  json of(client& by, const std::string& team_id, const std::string& path) {
    const auto now = look(by, team_id);
    for (const auto& each : now["members"])
      if (each["path"] == path)
        return each;
    return {};
  }

  /// The run of each member, once all of them work and are in no other run than these.
  std::map<std::string, std::string>
  all_working(client& by, const std::string& team_id, std::uint32_t restarts = 0) {
    std::map<std::string, std::string> runs;
    EXPECT_TRUE(eventually([&] {
      const auto now = look(by, team_id);
      runs.clear();
      for (const auto& each : now["members"])
        if (each["phase"] == "working")
          runs[each["path"]] = each.value("run_id", "");
      return now.value("restarts", 0u) == restarts &&
             runs.size() == now["members"].size();
    }))
      << print_json(look(by, team_id)) << log();
    return runs;
  }

  /// When a run began and was gone, by its own events.
  std::string first_time(client& by, const std::string& run_id) {
    return by.must("poll_events", {{"run_id", run_id}, {"limit", 1}})["events"][0]
      .value("ts", "");
  }

  std::string stop_time(client& by, const std::string& run_id) {
    for (const auto& event : by.events(run_id))
      if (event["data"].value("phase", "") == "stopping")
        return event.value("ts", "");
    return "";
  }

  std::string end_time(client& by, const std::string& run_id) {
    return by.events(run_id).back().value("ts", "");
  }

  pid_t process_of(const std::string& run_id) const {
    for (const auto pid : agents()) {
      std::ifstream file("/proc/" + std::to_string(pid) + "/environ");
      const std::string all((std::istreambuf_iterator<char>(file)), {});
      if (all.find("TROUPE_RUN_ID=" + run_id) != std::string::npos)
        return pid;
    }
    return 0;
  }
};

} // namespace

TEST_F(teams, StartsInOrderAndStopsInReverseAndLeavesNothing) {
  auto me = join();
  const auto id = start(*me, "one_for_one", three());
  auto runs = all_working(*me, id);
  EXPECT_LE(first_time(*me, runs["a"]), first_time(*me, runs["b"]));
  EXPECT_LE(first_time(*me, runs["b"]), first_time(*me, runs["c"]));

  const auto ended = me->must("cancel_team", {{"team", id}, {"wait_ms", 20000}});
  EXPECT_EQ(ended["phase"], "cancelled") << print_json(ended) << log();
  EXPECT_TRUE(ended["left"].empty());
  EXPECT_LE(end_time(*me, runs["c"]), stop_time(*me, runs["b"]));
  EXPECT_LE(end_time(*me, runs["b"]), stop_time(*me, runs["a"]));
  EXPECT_TRUE(agents().empty()) << described(agents());
}

TEST_F(teams, RestartsAKilledMemberWithThoseThatDependOnIt) {
  auto me = join();
  const auto id = start(*me, "rest_for_one", three());
  auto before = all_working(*me, id);
  const auto victim = process_of(before["b"]);
  ASSERT_GT(victim, 0);
  ASSERT_TRUE(signal_one(victim, SIGKILL));

  auto after = all_working(*me, id, 1);
  EXPECT_EQ(after["a"], before["a"]);
  EXPECT_NE(after["b"], before["b"]);
  EXPECT_NE(after["c"], before["c"]);
  EXPECT_LE(end_time(*me, before["b"]), stop_time(*me, before["c"]));
  EXPECT_LE(end_time(*me, before["c"]), first_time(*me, after["b"]));
  EXPECT_LE(first_time(*me, after["b"]), first_time(*me, after["c"]));
  EXPECT_EQ(
    me->must("get_run", {{"run_id", after["b"]}})["resumed_from_run_id"], before["b"]);
  const auto why = me->must("why", {{"id", after["b"]}});
  EXPECT_NE(print_json(why).find("rest_for_one: b crashed"), std::string::npos)
    << print_json(why);
  EXPECT_EQ(agents().size(), 3u) << described(agents());
}

TEST_F(teams, GoesOnWhenTheSupervisorIsKilledInTheMiddle) {
  auto me = join();
  const auto go = (place_.path() / "go").string();
  auto members = three();
  members[0] = member("a", {"until", go});
  members[0]["ready"] = "completed";
  const auto id = start(*me, "one_for_one", members);
  ASSERT_TRUE(eventually([&] { return of(*me, id, "a")["phase"] == "working"; }));
  const auto a = of(*me, id, "a").value("run_id", "");
  kill_supervisor();
  EXPECT_EQ(of(*me, id, "a").value("run_id", ""), a);
  std::ofstream(go) << "now";

  ASSERT_TRUE(eventually([&] { return of(*me, id, "c")["phase"] == "working"; }))
    << print_json(look(*me, id)) << log();
  EXPECT_EQ(of(*me, id, "a")["end"], "completed");
  EXPECT_EQ(agents().size(), 2u) << described(agents());
  EXPECT_EQ(me->must("list_runs", json::object())["total"], 3);
}

TEST_F(teams, IsStartedSeenAndKilledOnTheCommandLine) {
  auto me = join();
  json crew{{"name", "crew"}, {"members", three()}};
  const auto file = place_.path() / "team.yml";
  std::ofstream(file) << print_json(crew);
  auto begin = troupe({"team", "start", file.string(), "--json"});
  const auto made = begin->out.message();
  ASSERT_EQ(begin->exit_code(), 0) << begin->err.line().value_or("");
  const auto id = made.value("team_id", "");
  auto runs = all_working(*me, id);

  auto tree = troupe({"tree"});
  std::string shown;
  while (const auto line = tree->out.line())
    shown += *line + "\n";
  EXPECT_EQ(tree->exit_code(), 0);
  EXPECT_NE(shown.find("crew"), std::string::npos) << shown;
  EXPECT_NE(shown.find("working"), std::string::npos) << shown;

  auto restart = troupe({"restart", runs["c"]});
  EXPECT_EQ(restart->exit_code(), 0) << restart->err.line().value_or("");
  ASSERT_TRUE(eventually([&] {
    return me->must("get_run", {{"run_id", runs["c"]}})["attempts"].size() == 2;
  }));
  auto why = troupe({"why", runs["c"]});
  std::string reasons;
  while (const auto line = why->out.line())
    reasons += *line + "\n";
  EXPECT_NE(reasons.find("restarted by order"), std::string::npos) << reasons;

  auto end = troupe({"kill", id});
  EXPECT_EQ(end->exit_code(), 0) << end->err.line().value_or("") << log();
  EXPECT_TRUE(agents().empty()) << described(agents());
}

} // namespace troupe::e2e
