#include "store/team_files.hpp"
#include "tests/actors/one_run.hpp"

namespace troupe {
namespace {

using ::testing::IsEmpty;

struct a_team : one_run {
  static json member(const char* name, json more = json::object()) {
    json m{
      {"name", name},
      {"run",
       {{"backend", "process"},
        {"prompt", "go"},
        {"cwd", "/"},
        {"restart", {{"type", "temporary"}}},
        {"backend_config", {{"command", {"agent"}}, {"stdin", "json"}}}}}};
    m.update(more);
    return m;
  }

  static json three(const char* how) {
    return {{"strategy", how}, {"members", {member("a"), member("b"), member("c")}}};
  }

  std::string begin_team(const json& request) {
    auto made = answer<spawned_team>(coach, by_person<spawn_team>(request));
    EXPECT_TRUE(made) << made.error().message;
    return made ? made->team_id : "";
  }

  team_view team(const std::string& id) {
    const auto tree = answer<tree_view>(coach, by_person<get_tree>({{"team", id}}));
    EXPECT_TRUE(tree) << tree.error().message;
    return tree->teams.at(0);
  }

  member_view of(const std::string& id, const std::string& path) {
    for (const auto& each : team(id).members)
      if (each.path == path)
        return each;
    return {};
  }

  std::string run_of(const std::string& id, const std::string& path) {
    return of(id, path).run_id.value_or("");
  }

  void says_hello(const std::string& run_id, std::uint32_t n = 1) {
    for (const auto& [tail, file] : outside.tails)
      if (file.path == disk.stdout_file(run_id, n).string())
        outside.feed(
          tail,
          R"({"type":"agent_message","text":"hello"})"
          "\n");
    settle();
  }

  /// Its agent starts and speaks.
  std::string comes_up(const std::string& id, const std::string& path) {
    const auto run_id = run_of(id, path);
    EXPECT_NE(run_id, "") << path << " has no run";
    spawned(run_id);
    says_hello(run_id);
    EXPECT_EQ(of(id, path).phase, member_phase::working) << path;
    return run_id;
  }

  std::string all_up(const json& request) {
    const auto id = begin_team(request);
    for (const char* each : {"a", "b", "c"})
      comes_up(id, each);
    return id;
  }

  /// Members whose run was told to end and is not gone yet.
  std::vector<std::string> stopping(const std::string& id) {
    std::vector<std::string> found;
    for (const auto& each : team(id).members)
      if (each.run_id && view(*each.run_id).phase == run_phase::stopping)
        found.push_back(each.path);
    return found;
  }

  /// At most one live run of each member, whatever happened.
  void expect_single_runs() {
    const auto page = *answer<run_page>(names, by_person<list_runs>({{"limit", 100}}));
    std::set<std::string> live;
    for (const auto& run : page.runs)
      if (!is_final(run.status)) {
        const auto v = view(run.run_id);
        EXPECT_TRUE(live.insert(v.member.value_or(run.run_id)).second) << *v.member;
      }
  }
};

TEST_F(a_team, StartsItsMembersInOrderAsTheySpeak) {
  const auto id = begin_team(three("one_for_one"));

  EXPECT_EQ(ordered<keeper::spawn_order>().size(), 1u);
  EXPECT_THAT(of(id, "b").waits_for, ElementsAre("a"));
  const auto a = comes_up(id, "a");
  EXPECT_EQ(ordered<keeper::spawn_order>().size(), 2u);
  EXPECT_EQ(view(a).team_id, id);
  EXPECT_EQ(view(a).member, "a");
  EXPECT_EQ(view(a).agent_name, "a");
  comes_up(id, "b");
  comes_up(id, "c");
  EXPECT_EQ(team(id).phase, team_phase::running);
}

TEST_F(a_team, IsOverWhenEveryMemberHasCompleted) {
  const auto id = begin_team({{"members", {member("a")}}});
  const auto a = run_of(id, "a");
  spawned(a);
  completes(a);

  EXPECT_EQ(team(id).phase, team_phase::completed);
  EXPECT_FALSE(std::filesystem::exists(disk.team_launch_file(id)));
}

TEST_F(a_team, GivesAFailedMemberANewRunThatNamesTheOldOne) {
  const auto id = all_up(three("one_for_one"));
  const auto old = run_of(id, "b");
  exits(old, 1);

  const auto next = comes_up(id, "b");
  EXPECT_NE(next, old);
  EXPECT_EQ(view(next).resumed_from_run_id, old);
  EXPECT_THAT(
    events(next).at(0)["data"].value("cause", ""),
    HasSubstr("restart 1 of at most 3 in 300 s, one_for_one: b crashed"));
  EXPECT_EQ(team(id).restarts, 1u);
  EXPECT_THAT(stopping(id), IsEmpty());
  expect_single_runs();
}

TEST_F(a_team, TakesAllAlongLastFirst) {
  const auto id = all_up(three("one_for_all"));
  const auto a = run_of(id, "a");
  const auto b = run_of(id, "b");
  const auto c = run_of(id, "c");
  exits(b, 1);

  EXPECT_THAT(stopping(id), ElementsAre("c"));
  exits(c, 0);
  EXPECT_THAT(stopping(id), ElementsAre("a"));
  exits(a, 0);
  EXPECT_NE(comes_up(id, "a"), a);
  EXPECT_NE(comes_up(id, "b"), b);
  EXPECT_NE(comes_up(id, "c"), c);
  EXPECT_EQ(view(c).status, run_status::cancelled);
  expect_single_runs();
}

TEST_F(a_team, TakesThoseAlongThatDependOnTheMember) {
  const auto id = all_up(three("rest_for_one"));
  const auto a = run_of(id, "a");
  const auto c = run_of(id, "c");
  exits(run_of(id, "b"), 1);

  EXPECT_THAT(stopping(id), ElementsAre("c"));
  exits(c, 0);
  comes_up(id, "b");
  EXPECT_NE(comes_up(id, "c"), c);
  EXPECT_EQ(run_of(id, "a"), a);
}

TEST_F(a_team, FailsWhenItsRestartsAreUsedUp) {
  auto request = three("one_for_one");
  request["max_restarts"] = 0;
  const auto id = all_up(request);
  const auto a = run_of(id, "a");
  const auto b = run_of(id, "b");
  exits(run_of(id, "c"), 1);

  EXPECT_EQ(team(id).phase, team_phase::stopping);
  exits(b, 0);
  exits(a, 0);
  EXPECT_EQ(team(id).phase, team_phase::failed);
  EXPECT_THAT(team(id).cause, HasSubstr("no restart left of at most 0"));
}

TEST_F(a_team, LeavesAMemberAloneThatAPersonStopped) {
  const auto id = all_up(three("one_for_all"));
  const auto c = run_of(id, "c");
  ASSERT_TRUE(cancel(c));
  exits(c, 0);

  EXPECT_EQ(of(id, "c").end, member_end::cancelled);
  EXPECT_THAT(stopping(id), IsEmpty());
  EXPECT_EQ(team(id).phase, team_phase::running);
}

TEST_F(a_team, StopsInReverseByOrder) {
  const auto id = all_up(three("one_for_one"));
  const auto a = run_of(id, "a");
  const auto b = run_of(id, "b");
  const auto c = run_of(id, "c");
  const auto now = answer<cancelled_team>(
    coach, by_person<cancel_team>({{"team", id}, {"wait_ms", 0}}));
  ASSERT_TRUE(now) << now.error().message;
  EXPECT_EQ(now->phase, team_phase::stopping);

  EXPECT_THAT(stopping(id), ElementsAre("c"));
  exits(c, 0);
  EXPECT_THAT(stopping(id), ElementsAre("b"));
  exits(b, 0);
  EXPECT_THAT(stopping(id), ElementsAre("a"));
  exits(a, 0);
  EXPECT_EQ(team(id).phase, team_phase::cancelled);
}

TEST_F(a_team, KillsWhatIsLeftWhenTheTimeToStopIsOver) {
  auto request = three("one_for_one");
  request["stop_s"] = 1;
  const auto id = all_up(request);
  (void)answer<cancelled_team>(
    coach, by_person<cancel_team>({{"team", id}, {"wait_ms", 0}}));
  outside.orders.clear();
  advance(ms(1'000));

  std::set<std::string> killed;
  for (const auto& each : ordered<keeper::kill_order>())
    if (each.scope == keeper::kill_scope::tree)
      killed.insert(each.key.run_id);
  EXPECT_EQ(killed, (std::set{run_of(id, "a"), run_of(id, "b"), run_of(id, "c")}));
}

TEST_F(a_team, GoesOnAfterTheDeathOfTheSupervisor) {
  const auto id = begin_team(three("one_for_all"));
  const auto a = comes_up(id, "a");
  const auto b = run_of(id, "b");
  spawned(b);
  die();

  begin(
    {{.spawned = alive(key(a)), .last_written = 1},
     {.spawned = alive(key(b)), .last_written = 1}});
  EXPECT_TRUE(ordered<keeper::spawn_order>().empty());
  EXPECT_EQ(run_of(id, "a"), a);
  EXPECT_EQ(run_of(id, "b"), b);
  says_hello(b);
  comes_up(id, "c");
  expect_single_runs();
}

TEST_F(a_team, TakesWhatHappenedWhileNobodyLookedAsIfItHadSeenIt) {
  const auto id = all_up(three("one_for_one"));
  const auto a = run_of(id, "a");
  const auto b = run_of(id, "b");
  const auto c = run_of(id, "c");
  die();
  keeper::kept_attempt gone{.spawned = alive(key(b)), .last_written = 1};
  gone.exited = keeper::exited_report{.key = key(b), .code = 1, .tree_empty = true};
  gone.gone = keeper::gone_report{.key = key(b), .proof = keeper::tier::cgroup};

  begin(
    {{.spawned = alive(key(a)), .last_written = 1},
     gone,
     {.spawned = alive(key(c)), .last_written = 1}});
  EXPECT_NE(run_of(id, "b"), b);
  EXPECT_EQ(view(run_of(id, "b")).resumed_from_run_id, b);
  EXPECT_EQ(run_of(id, "c"), c);
  expect_single_runs();
}

TEST_F(a_team, MakesNoSecondRunForAStartWhoseAnswerWasLost) {
  const auto id = begin_team(three("one_for_one"));
  const auto a = run_of(id, "a");
  spawned(a);
  die();
  auto record = *store::load_team(disk, id);
  record.members["a"].run_id.reset();
  record.members["a"].made = 0;
  ASSERT_TRUE(store::save_team(disk, record));

  begin({{.spawned = alive(key(a)), .last_written = 1}});
  EXPECT_EQ(run_of(id, "a"), a);
  EXPECT_TRUE(ordered<keeper::spawn_order>().empty());
  expect_single_runs();
}

TEST_F(a_team, StaysStoppedOverADeath) {
  const auto id = all_up(three("one_for_one"));
  const auto a = run_of(id, "a");
  const auto b = run_of(id, "b");
  const auto c = run_of(id, "c");
  (void)answer<cancelled_team>(
    coach, by_person<cancel_team>({{"team", id}, {"wait_ms", 0}}));
  die();

  begin(
    {{.spawned = alive(key(a)), .last_written = 1},
     {.spawned = alive(key(b)), .last_written = 1},
     {.spawned = alive(key(c)), .last_written = 1}});
  EXPECT_THAT(stopping(id), ElementsAre("c"));
  exits(c, 0);
  exits(b, 0);
  exits(a, 0);
  EXPECT_EQ(team(id).phase, team_phase::cancelled);
}

TEST_F(a_team, EndsWithTheDaemonAndDoesNotComeBack) {
  const auto id = begin_team(three("one_for_one"));
  const auto a = comes_up(id, "a");
  const auto b = run_of(id, "b");
  spawned(b);
  keeper_says(keeper::stop_report{.reason = "told to"});
  exits(a, 0);
  exits(b, 0);
  die();

  begin();
  EXPECT_EQ(team(id).phase, team_phase::cancelled);
  EXPECT_TRUE(ordered<keeper::spawn_order>().empty());
}

TEST_F(a_team, IsMadeOnceForOneKey) {
  auto request = three("one_for_one");
  request["idempotency_key"] = "k";
  const auto id = begin_team(request);
  EXPECT_EQ(begin_team(request), id);
  die();

  begin();
  EXPECT_EQ(begin_team(request), id);
}

TEST_F(a_team, IsRefusedToARunThatMayStartNoOthers) {
  const auto id = working();
  auto question = by_person<spawn_team>(three("one_for_one"));
  caller who;
  who.run_id = id;
  who.depth = 1;
  question.who = std::make_shared<const caller>(who);

  const auto made = answer<spawned_team>(coach, question);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, errc::refused);
  EXPECT_THAT(made.error().message, HasSubstr("limits.depth"));
}

TEST_F(a_team, IsNotSeenByARunThatDidNotStartIt) {
  const auto id = begin_team(three("one_for_one"));
  auto question = by_person<get_tree>({{"team", id}});
  caller who;
  who.run_id = "r_other";
  question.who = std::make_shared<const caller>(who);

  EXPECT_EQ(answer<tree_view>(coach, question).error().code, errc::not_found);
}

TEST_F(a_team, RemembersWhatItDecidedAndWhy) {
  const auto id = all_up(three("one_for_one"));
  exits(run_of(id, "b"), 1);

  const auto told = *answer<why_view>(coach, by_person<list_decisions>({{"team", id}}));
  ASSERT_FALSE(told.decisions.empty());
  EXPECT_EQ(told.decisions.front().about, "b");
  EXPECT_THAT(
    told.decisions.front().what, HasSubstr("started: restart 1 of at most 3"));
}

} // namespace
} // namespace troupe
