#include "tests/actors/one_run.hpp"

namespace troupe {
namespace {

/// A conversation over several runs.
struct a_session : one_run {
  std::string ended_run() {
    const auto id = talking();
    completes(id);
    return id;
  }
  std::string talking(const json& more = json::object()) {
    const auto id = start(more);
    hears_of_it(id, "conv");
    return id;
  }
  void hears_of_it(const std::string& id, const std::string& session) {
    spawned(id);
    prints(json{{"type", "session"}, {"session_id", session}});
  }
  std::string more_of(const std::string& id, const std::string& text = "more") {
    const auto next = says(id, text);
    EXPECT_TRUE(next) << next.error().message;
    return next ? next->run_id : "";
  }
  result<spawned_run> in_session(const std::string& session, json more = {}) {
    json wanted{{"session_mode", "resume"}, {"session_id", session}};
    wanted.update(more.is_null() ? json::object() : more);
    return answer<spawned_run>(boss, request(wanted));
  }
  run_phase phase(const std::string& id) { return view(id).phase; }
};

TEST_F(a_session, HasOneLiveRunAndQueuesTheOthersInOrder) {
  const auto first = ended_run();
  const auto second = more_of(first);
  const auto third = in_session(view(first).session_id)->run_id;
  const auto fourth = more_of(first);

  EXPECT_EQ(phase(second), run_phase::starting);
  EXPECT_EQ(phase(third), run_phase::queued);
  hears_of_it(second, "conv2");
  completes(second);
  EXPECT_EQ(phase(third), run_phase::starting);
  EXPECT_EQ(view(third).backend_session_id, "conv2");
  EXPECT_EQ(phase(fourth), run_phase::queued);
  hears_of_it(third, "conv2");
  completes(third);
  EXPECT_EQ(phase(fourth), run_phase::starting);
}

TEST_F(a_session, KeepsItsQueueOverADeathOfTheSupervisor) {
  const auto first = ended_run();
  const auto second = more_of(first);
  spawned(second);
  advance(ms(2));
  const auto third = more_of(first);
  advance(ms(2));
  const auto fourth = more_of(first);
  die();

  begin({{.spawned = alive(key(second)), .last_written = 1}});

  EXPECT_TRUE(ordered<keeper::spawn_order>().empty());
  completes(second);
  ASSERT_EQ(ordered<keeper::spawn_order>().size(), 1u);
  EXPECT_EQ(ordered<keeper::spawn_order>()[0].key, key(third));
  EXPECT_EQ(phase(fourth), run_phase::queued);
}

/// Ids of one millisecond sort by chance.
TEST_F(a_session, HasOneLiveRunAfterADeathHoweverItsRunsAreCalled) {
  std::vector<keeper::kept_attempt> kept;
  for (int n = 0; n < 8; ++n) {
    const auto live = more_of(ended_run());
    spawned(live);
    ASSERT_TRUE(in_session(view(live).session_id));
    kept.push_back({.spawned = alive(key(live)), .last_written = 1});
  }
  die();

  begin(kept);

  EXPECT_TRUE(ordered<keeper::spawn_order>().empty());
}

TEST_F(a_session, GoesOnWithTheNextWhenAQueuedRunIsCancelled) {
  const auto first = ended_run();
  const auto second = more_of(first);
  const auto third = more_of(first);
  const auto fourth = more_of(first);
  spawned(second);

  ASSERT_TRUE(cancel(third));
  completes(second);

  EXPECT_EQ(phase(third), run_phase::cancelled);
  EXPECT_EQ(phase(fourth), run_phase::starting);
}

TEST_F(a_session, IsGoneOnWithAfterAFailure) {
  const auto id = talking({{"restart", {{"type", "temporary"}}}});
  exits(id, 1);
  ASSERT_EQ(view(id).status, run_status::failed);

  EXPECT_EQ(view(more_of(id)).backend_session_id, "conv");
}

TEST_F(a_session, IsGoneOnWithAfterACancellation) {
  const auto id = talking();
  (void)cancel(id);
  exits(id, 1);
  ASSERT_EQ(view(id).status, run_status::cancelled);

  EXPECT_EQ(view(more_of(id)).backend_session_id, "conv");
}

TEST_F(a_session, IsGoneOnWithAfterItsRunWasLost) {
  const auto id = talking({{"restart", {{"max_restarts", 0}}}});
  die();
  begin();
  ASSERT_EQ(view(id).exit->reason, exit_kind::lost);

  EXPECT_EQ(view(more_of(id)).backend_session_id, "conv");
}

TEST_F(a_session, BelongsToOneBackend) {
  const auto session = view(ended_run()).session_id;

  const auto other = in_session(
    session, {{"backend", "claude_code"}, {"backend_config", json::object()}});

  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, errc::invalid_argument);
  EXPECT_THAT(other.error().message, HasSubstr("belongs to backend process"));
}

TEST_F(a_session, IsRefusedWhereThereIsNoConversation) {
  const auto id = start();
  spawned(id);
  completes(id);

  const auto empty = in_session(view(id).session_id);
  const auto unknown = in_session("s_nobody");

  EXPECT_EQ(empty.error().code, errc::conflict);
  EXPECT_THAT(empty.error().message, HasSubstr("has no conversation to go on with"));
  EXPECT_EQ(unknown.error().code, errc::not_found);
  EXPECT_THAT(unknown.error().message, HasSubstr("no session s_nobody"));
}

TEST_F(a_session, HasAConversationBegunInItWhereThatIsAskedFor) {
  const auto id = start();
  spawned(id);
  completes(id);
  const auto session = view(id).session_id;

  const auto next = in_session(session, {{"session_mode", "resume_or_new"}});
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(next->session_id, session);
  EXPECT_EQ(view(next->run_id).backend_session_id, std::nullopt);
  hears_of_it(next->run_id, "conv");
  completes(next->run_id);

  const auto third = in_session(session, {{"session_mode", "resume_or_new"}});
  EXPECT_EQ(view(third->run_id).backend_session_id, "conv");
}

TEST_F(a_session, IsWaitedForWhereItsFirstRunHasNotBegunIt) {
  const auto first = start();

  const auto second = in_session(view(first).session_id);

  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(phase(second->run_id), run_phase::queued);
  hears_of_it(first, "conv");
  completes(first);
  EXPECT_EQ(view(second->run_id).backend_session_id, "conv");
}

TEST_F(a_session, KeepsItsPlaceAndNameUnlessItsNextRunHasAnother) {
  const auto first = talking({{"nickname", "ann"}});
  completes(first);

  const auto second = in_session(view(first).session_id, {{"cwd", "/usr"}});

  ASSERT_TRUE(second) << second.error().message;
  EXPECT_EQ(view(second->run_id).cwd, "/");
  EXPECT_EQ(second->agent_name, "ann");
  EXPECT_EQ(in_session(view(first).session_id)->session_id, view(first).session_id);
}

} // namespace
} // namespace troupe
