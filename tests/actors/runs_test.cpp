#include "tests/actors/house.hpp"

#include <gmock/gmock.h>

namespace troupe {
namespace {

using ::testing::HasSubstr;

struct Runs : test::house {
  errc refusal(const asked<spawn_run>& what) {
    const auto made = answer<spawned_run>(boss, what);
    EXPECT_FALSE(made);
    return made ? errc::internal : made.error().code;
  }
  static asked<spawn_run> by_run(const std::string& id, asked<spawn_run> what) {
    what.who = std::make_shared<caller>(caller{.run_id = id, .depth = 1, .cwd = "/"});
    return what;
  }
  result<process_owner> owner(whose_process who) {
    return answer<process_owner>(boss, std::move(who));
  }
};

/// With a configuration other than the default.
struct Limits : Runs {
  void SetUp() override {
    config.limits.live_runs = 2;
    config.limits.depth = 2;
    config.idle_exit_s = 600;
    begin();
  }
};

TEST_F(Runs, OpenTheDoorsOnceEverythingIsKnown) {
  EXPECT_EQ(outside.doors_opened, 1);
  const auto made = answer<spawned_run>(boss, request());
  ASSERT_TRUE(made);
  EXPECT_EQ(made->agent_name, "agent1");
  EXPECT_EQ(view(made->run_id).phase, run_phase::starting);
}

TEST_F(Runs, RefuseWhatCannotBeDone) {
  start({{"nickname", "ada"}});

  EXPECT_EQ(refusal(request({{"backend", "nope"}})), errc::invalid_argument);
  EXPECT_EQ(refusal(request({{"cwd", "not/absolute"}})), errc::invalid_argument);
  EXPECT_EQ(refusal(request({{"cwd", "/no/such/place"}})), errc::invalid_argument);
  EXPECT_EQ(refusal(request({{"nickname", "ada"}})), errc::conflict);
  EXPECT_EQ(refusal(request({{"nickname", "ada"}, {"cwd", "//."}})), errc::conflict);
  EXPECT_EQ(
    refusal(request({{"session_mode", "resume"}, {"session_id", "s_none"}})),
    errc::not_found);
}

TEST_F(Runs, GiveANameBackWhenItsRunIsOver) {
  const auto id = start({{"nickname", "ada"}});
  spawned(id);
  completes(id);

  EXPECT_NE(start({{"nickname", "ada"}}), "");
}

TEST_F(Runs, AnswerTheSameCallWithTheSameRun) {
  auto keyed = request({{"idempotency_key", "k"}});
  auto again = request();
  again.key = "relay:7";
  const auto first = answer<spawned_run>(boss, keyed)->run_id;
  const auto second = answer<spawned_run>(boss, again)->run_id;

  EXPECT_EQ(answer<spawned_run>(boss, keyed)->run_id, first);
  EXPECT_EQ(answer<spawned_run>(boss, again)->run_id, second);
  die();
  begin();
  EXPECT_EQ(answer<spawned_run>(boss, keyed)->run_id, first);
}

TEST_F(Runs, ForgetTheKeyOfARunThatCouldNotBeMade) {
  auto keyed = request({{"idempotency_key", "k"}, {"cwd", "/no/such/place"}});
  EXPECT_EQ(refusal(keyed), errc::invalid_argument);
  keyed.what.cwd = "/";

  EXPECT_TRUE(answer<spawned_run>(boss, keyed));
}

TEST_F(Limits, AreHeldAndReleased) {
  const auto first = start();
  start();
  EXPECT_EQ(refusal(request()), errc::busy);

  spawned(first);
  outside.feed(outside.tails.begin()->first, "{\"type\":\"run_completed\"}\n");
  settle();
  exits(first, 0);
  EXPECT_NE(start(), "");
}

TEST_F(Runs, RefuseChildrenBeyondTheDepth) {
  const auto parent = start();

  EXPECT_EQ(refusal(by_run(parent, request())), errc::refused);
  EXPECT_EQ(refusal(by_run("r_gone", request())), errc::refused);
}

TEST_F(Limits, LetARunStartWhatItMaySeeAndNothingFreer) {
  const auto parent = start();
  auto freer = request();
  freer.what.permissions.allow = {"Bash(*)"};

  EXPECT_EQ(refusal(by_run(parent, freer)), errc::refused);
  const auto child = answer<spawned_run>(boss, by_run(parent, request()));
  ASSERT_TRUE(child) << child.error().message;
  EXPECT_EQ(view(child->run_id).parent_run_id, parent);
  auto question = by_person<get_run>({{"run_id", parent}});
  question.who = by_run(parent, request()).who;
  EXPECT_EQ(answer<run_view>(names, question).error().code, errc::not_found);
}

TEST_F(Runs, ContinueAFinishedConversationOneRunAtATime) {
  const auto id = start();
  spawned(id);
  prints(json{{"type", "session"}, {"session_id", "conv"}});
  completes(id);
  const auto goes_on =
    by_person<continue_run>({{"run_id", id}, {"input_message", "more"}});

  const auto second = answer<continued_run>(names, goes_on);
  const auto third = answer<continued_run>(names, goes_on);

  ASSERT_TRUE(second) << second.error().message;
  ASSERT_TRUE(third);
  EXPECT_EQ(second->mode, continue_mode::resume);
  EXPECT_EQ(second->resumed_from_run_id, id);
  EXPECT_EQ(view(second->run_id).phase, run_phase::starting);
  EXPECT_EQ(view(third->run_id).phase, run_phase::queued);
  spawned(second->run_id);
  prints(json{{"type", "session"}, {"session_id", "newer"}});
  completes(second->run_id);
  EXPECT_EQ(view(third->run_id).phase, run_phase::starting);
  EXPECT_EQ(view(third->run_id).backend_session_id, "newer");
}

TEST_F(Runs, RefuseToContinueWhatHasNoConversation) {
  const auto id = start();
  spawned(id);
  completes(id);

  const auto more = answer<continued_run>(
    names, by_person<continue_run>({{"run_id", id}, {"input_message", "more"}}));

  EXPECT_EQ(more.error().code, errc::conflict);
}

TEST_F(Runs, StartARunAgainWhoseActorDied) {
  const auto other = start();
  const auto id = start();
  spawned(id);
  crash_attempt(id);
  keeper_says(keeper::kept_report{
    0,
    {{.spawned = alive(key(id)), .last_written = 1}, {.spawned = alive(key(other))}}});

  EXPECT_EQ(view(id).phase, run_phase::starting);
  EXPECT_EQ(view(other).phase, run_phase::starting);
  EXPECT_EQ(ordered<keeper::spawn_order>().size(), 2u);
  EXPECT_EQ(outside.doors_opened, 1);
  completes(id);
  EXPECT_EQ(view(id).status, run_status::completed);
}

TEST_F(Runs, GiveUpOnARunThatKeepsDyingAndSaySo) {
  const auto id = start();
  spawned(id);
  const keeper::kept_attempt kept{.spawned = alive(key(id)), .last_written = 1};
  for (int i = 0; i < 4; ++i) {
    crash_attempt(id);
    if (i < 3)
      keeper_says(keeper::kept_report{0, {kept}});
  }

  EXPECT_EQ(view(id).status, run_status::failed);
  EXPECT_THAT(*view(id).error, HasSubstr("report this"));
  EXPECT_EQ(events(id).back()["type"], "run_failed");
  EXPECT_EQ(ordered<keeper::kill_order>().size(), 1u);
  keeper_says(keeper::gone_report{.key = key(id)});
  EXPECT_EQ(ordered<keeper::forget_order>().size(), 1u);
}

TEST_F(Runs, SurviveARunWhoseLaunchIsMissing) {
  const auto id = start();
  spawned(id);
  die();
  std::filesystem::remove(disk.launch_file(id));

  begin({{.spawned = alive(key(id))}});

  EXPECT_EQ(view(id).status, run_status::failed);
  EXPECT_EQ(outside.doors_opened, 2);
  EXPECT_FALSE(ordered<keeper::kill_order>().empty());
}

TEST_F(Runs, LetGoOfAttemptsThatBelongToNoRun) {
  die();
  begin(
    {{.spawned = alive({"r_unknown", 1})},
     {.spawned = alive({"r_over", 1}), .gone = keeper::gone_report{}}});

  EXPECT_EQ(ordered<keeper::kill_order>().at(0).key.run_id, "r_unknown");
  EXPECT_EQ(ordered<keeper::forget_order>().at(0).key.run_id, "r_over");
}

TEST_F(Runs, StopAllThenQuit) {
  const auto id = start();
  spawned(id);
  prints(json{{"type", "agent_message"}, {"text", "hello"}});
  keeper_says(keeper::stop_report{"told to"});

  EXPECT_EQ(refusal(request()), errc::unavailable);
  EXPECT_TRUE(ordered<keeper::quit_order>().empty());
  exits(id, 0);
  ASSERT_EQ(ordered<keeper::quit_order>().size(), 1u);
  EXPECT_EQ(view(id).exit->reason, exit_kind::shutdown);
}

TEST_F(Runs, KnowWhoseAProcessIs) {
  const auto id = start();
  spawned(id);

  EXPECT_EQ(owner({.pid = 9, .cgroup = "/x/" + id + "/1"})->run_id, id);
  EXPECT_EQ(owner({.pid = 9, .ancestors = {8, 501}})->run_id, id);
  EXPECT_EQ(owner({.pid = 500, .ancestors = {77}})->run_id, id);
  EXPECT_FALSE(owner({.pid = 9, .ancestors = {8, 1}})->run_id);
  EXPECT_EQ(owner({.pid = 9, .ancestors = {8, 77, 1}}).error().code, errc::refused);
  vanishes(id);
  EXPECT_FALSE(owner({.pid = 500, .ancestors = {8}}).value().run_id);
}

TEST_F(Runs, KnowAnAgentThatAsksBeforeItsStartIsTold) {
  const auto id = start();
  auto asked_for = ask(boss, whose_process{.pid = 9, .ancestors = {501, 77, 1}});

  spawned(id);

  std::optional<std::string> owner;
  asked_for.receive(
    [&](const process_owner& is) { owner = is.run_id; }, [](const caf::error&) {});
  EXPECT_EQ(owner, id);
}

TEST_F(Runs, TurnAwayAnAgentWhoseStartIsNotToldInTime) {
  start();
  auto asked_for = ask(boss, whose_process{.pid = 9, .ancestors = {501, 77, 1}});

  advance(ms(2'000));

  errc code{};
  asked_for.receive(
    [](const process_owner&) {}, [&](const caf::error& e) { code = from_caf(e).code; });
  EXPECT_EQ(code, errc::refused);
}

TEST_F(Runs, KnowAProcessByTheTokenOfItsAttempt) {
  const auto id = start();
  spawned(id);
  const auto first = *store::load_token(disk, id, 1);
  EXPECT_EQ(owner({.pid = 9, .token = first})->run_id, id);
  EXPECT_EQ(owner({.pid = 9, .token = first + "x"}).error().code, errc::refused);
  EXPECT_EQ(owner({.pid = 9, .token = id + "."}).error().code, errc::refused);
  prints(json{{"type", "agent_message"}, {"text", "hello"}});
  exits(id, 1);
  advance(ms(1'000));
  spawned(id, 2);

  EXPECT_EQ(owner({.pid = 9, .token = first}).error().code, errc::refused);
  EXPECT_EQ(owner({.pid = 9, .token = *store::load_token(disk, id, 2)})->run_id, id);
}

TEST_F(Limits, EndTheDaemonWhenNobodyNeedsIt) {
  caf::anon_send(boss, clients_here{{}, 1});
  advance(ms(700'000));
  EXPECT_TRUE(ordered<keeper::quit_order>().empty());
  const auto id = start();
  caf::anon_send(boss, clients_here{{}, 0});
  spawned(id);
  prints(json{{"type", "agent_message"}, {"text", "hello"}});
  advance(ms(700'000));
  EXPECT_TRUE(ordered<keeper::quit_order>().empty());

  completes(id);
  advance(ms(599'999));
  EXPECT_TRUE(ordered<keeper::quit_order>().empty());
  advance(ms(1));

  ASSERT_EQ(ordered<keeper::quit_order>().size(), 1u);
  EXPECT_EQ(ordered<keeper::quit_order>()[0].reason, "idle");
  EXPECT_EQ(refusal(request()), errc::unavailable);
}

TEST_F(Runs, AreWaitedForTogetherOrOneByOne) {
  const auto id = start();
  spawned(id);
  const auto waits = [&](const char* mode, const char* until, int wait_ms) {
    return ask(
      names,
      by_person<wait_runs>(
        {{"run_ids", {id}}, {"mode", mode}, {"until", until}, {"wait_ms", wait_ms}}));
  };
  auto attention = waits("any", "attention", 50'000);
  auto terminal = waits("all", "terminal", 50'000);
  auto late = waits("all", "terminal", 1'000);
  const auto got = [](auto& handle) {
    waited_runs seen;
    handle.receive([&](waited_runs& w) { seen = w; }, [](const caf::error&) {});
    return seen;
  };

  advance(ms(1'000));
  EXPECT_FALSE(got(late).satisfied);
  prints(json{{"type", "input_required"}, {"request_id", "q"}, {"title", "may I?"}});
  EXPECT_TRUE(got(attention).satisfied);
  caf::anon_send(names, by_person<cancel_run>({{"run_id", id}, {"wait_ms", 0}}));
  settle();
  exits(id, 0);
  EXPECT_TRUE(got(terminal).satisfied);
}

} // namespace
} // namespace troupe
