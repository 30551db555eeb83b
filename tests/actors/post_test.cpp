#include "tests/actors/one_run.hpp"

#include "store/inbox.hpp"

namespace troupe {
namespace {

/// Messages between people and runs, over the whole tree of actors.
struct post_office : one_run {
  template <class T>
  static asked<T> by_run(const std::string& run_id, const json& j) {
    caller who;
    who.run_id = run_id;
    who.depth = 1;
    return {std::make_shared<caller>(who), "", *decode_text<T>(print_json(j))};
  }

  result<sent_message> send(const json& what) {
    json order{{"to_agent_name", "agent1"}, {"message", "hello"}};
    if (what.is_object())
      order.update(what);
    return answer<sent_message>(names, by_person<send_agent_message>(order));
  }
  result<sent_message> send_as(const std::string& run_id, const json& what) {
    json order{{"to_agent_name", "agent1"}, {"message", "hello"}};
    if (what.is_object())
      order.update(what);
    return answer<sent_message>(names, by_run<send_agent_message>(run_id, order));
  }
  std::vector<agent_letter> inbox_of(const std::string& name) {
    return answer<message_page>(
             names, by_person<fetch_agent_messages>({{"agent_name", name}}))
      ->messages;
  }
  auto own_inbox(const std::string& run_id, int wait_ms = 0) {
    return by_run<fetch_agent_messages>(run_id, {{"wait_ms", wait_ms}});
  }
  message_state state(std::size_t at = 0, const std::string& name = "agent1") {
    return inbox_of(name).at(at).state;
  }

  /// Ids of the messages that became inputs of an attempt.
  std::vector<std::string> taken(const std::string& id, std::uint32_t n = 1) {
    std::vector<std::string> ids;
    const auto recorded = store::load_inputs(disk, id, n);
    for (const auto& each : recorded->inputs)
      if (const auto body = *parse_json(each.body.text); body.contains("message_id"))
        ids.push_back(body["message_id"]);
    return ids;
  }

  std::string working_claude(const json& more = json::object()) {
    json wanted{{"backend", "claude_code"}, {"backend_config", json::object()}};
    wanted.update(more);
    const auto id = start(wanted);
    spawned(id);
    prints({{"type", "system"}, {"subtype", "init"}, {"session_id", "b1"}});
    prints(
      {{"type", "assistant"},
       {"session_id", "b1"},
       {"message",
        {{"role", "assistant"},
         {"content", json::array({{{"type", "text"}, {"text", "hm"}}})}}}});
    return id;
  }
};

const json reads_nothing{
  {"backend_config", {{"command", {"agent"}}, {"stdin", "text"}}}};
const json no_second_try{{"restart", {{"type", "temporary"}}}};

TEST_F(post_office, GivesALiveAgentItsNextTurn) {
  const auto id = working();

  const auto sent = send({{"message", "look here"}});

  ASSERT_TRUE(sent) << sent.error().message;
  EXPECT_EQ(sent->state, message_state::delivered);
  EXPECT_EQ(sent->run_id, id);
  EXPECT_THAT(taken(id), ElementsAre(sent->message_id));
  EXPECT_EQ(lines_sent().size(), 1u) << "its turn is not over";
  prints(json{{"type", "run_completed"}});
  ASSERT_EQ(lines_sent().size(), 2u);
  EXPECT_THAT(lines_sent()[1], HasSubstr("from your user:\\n\\nlook here"));
  EXPECT_EQ(events(id).back()["type"], "message_added") << events(id).back();
}

TEST_F(post_office, SaysWhichAgentWrites) {
  const auto ann = working({{"nickname", "ann"}});
  const auto bob = working({{"nickname", "bob"}});

  const auto sent = send_as(ann, {{"to_agent_name", "bob"}});

  ASSERT_TRUE(sent) << sent.error().message;
  const auto letter = inbox_of("bob").at(0);
  EXPECT_EQ(letter.from_agent_name, "ann");
  EXPECT_EQ(letter.from_run_id, ann);
  EXPECT_THAT(taken(bob), ElementsAre(letter.message_id));
  EXPECT_THAT(taken(ann), ElementsAre());
}

TEST_F(post_office, StopsTheTurnForAnInterrupt) {
  (void)working();

  ASSERT_TRUE(send({{"priority", "interrupt"}}));

  EXPECT_EQ(lines_sent().back(), R"(2 {"type":"interrupt"})");
}

TEST_F(post_office, LetsNoAgentInterruptItsNeighbour) {
  const auto ann = working({{"nickname", "ann"}});
  const auto bob = working({{"nickname", "bob"}});

  const auto sent = send_as(ann, {{"to_agent_name", "bob"}, {"priority", "interrupt"}});

  EXPECT_EQ(sent.error().code, errc::refused);
  EXPECT_THAT(taken(bob), ElementsAre());
}

TEST_F(post_office, KeepsWhatATurnlessAgentHasNotFetched) {
  const auto id = working(reads_nothing);

  ASSERT_EQ(send({})->state, message_state::queued);
  EXPECT_EQ(state(), message_state::queued) << "a person's look is no receipt";
  const auto page = answer<message_page>(names, own_inbox(id));

  ASSERT_TRUE(page);
  EXPECT_EQ(page->messages.at(0).state, message_state::read);
  EXPECT_EQ(state(), message_state::read);
  EXPECT_THAT(taken(id), ElementsAre());
}

TEST_F(post_office, AnswersAnAgentThatWaitsInsteadOfGivingItATurn) {
  const auto id = working();
  auto fetched = ask(names, own_inbox(id, 10'000));

  ASSERT_EQ(send({})->state, message_state::read);

  message_page got;
  fetched.receive(
    [&](message_page& page) { got = page; },
    [](const caf::error& e) { ADD_FAILURE() << from_caf(e).message; });
  EXPECT_EQ(got.messages.at(0).state, message_state::read);
  EXPECT_THAT(taken(id), ElementsAre());
  ASSERT_EQ(send({})->state, message_state::delivered);
}

TEST_F(post_office, AnswersWithNothingWhenTheWaitIsOver) {
  const auto id = working();
  auto fetched = ask(names, own_inbox(id, 10'000));

  advance(ms(10'000));

  fetched.receive(
    [](message_page& page) { EXPECT_TRUE(page.messages.empty()); },
    [](const caf::error& e) { ADD_FAILURE() << from_caf(e).message; });
  EXPECT_EQ(send({})->state, message_state::delivered);
}

TEST_F(post_office, FailsWhatAnAgentLeavesUnreadForGood) {
  auto what = reads_nothing;
  what.update(no_second_try);
  const auto id = working(what);
  ASSERT_TRUE(send({}));

  exits(id, 0);

  EXPECT_EQ(state(), message_state::failed);
  EXPECT_THAT(*inbox_of("agent1").at(0).why, HasSubstr("cannot be gone on with"));
  const auto late = send({});
  EXPECT_EQ(late.error().code, errc::ended);
}

TEST_F(post_office, HoldsAMessageForTheNextAttempt) {
  const auto id = working();
  exits(id, 1);
  ASSERT_EQ(send({})->state, message_state::queued);

  advance(ms(1'000));
  spawned(id, 2);
  prints(json{{"type", "agent_message"}, {"text", "again"}});

  EXPECT_EQ(state(), message_state::delivered);
  EXPECT_EQ(taken(id, 2).size(), 1u);
}

TEST_F(post_office, HoldsAMessageForTheNextRunOfAnEndedAgent) {
  const auto id = working_claude();
  prints({{"type", "result"}, {"subtype", "success"}, {"result", "done"}});
  exits(id, 0);
  ASSERT_EQ(view(id).status, run_status::completed);
  ASSERT_EQ(send({})->state, message_state::queued);

  const auto next = says(id, "go on");
  ASSERT_TRUE(next) << next.error().message;
  spawned(next->run_id);
  prints({{"type", "system"}, {"subtype", "init"}, {"session_id", "b1"}});

  EXPECT_EQ(state(), message_state::delivered);
  EXPECT_EQ(inbox_of("agent1").at(0).run_id, next->run_id);
  EXPECT_EQ(taken(next->run_id).size(), 1u);
}

TEST_F(post_office, TakesBackWhatARunDidNotComeToSay) {
  const auto id = working_claude(no_second_try);
  ASSERT_EQ(send({})->state, message_state::delivered);

  exits(id, 1);

  ASSERT_EQ(view(id).status, run_status::failed);
  EXPECT_EQ(state(), message_state::queued);
  for (const auto& each : events(id))
    EXPECT_NE(each["data"].value("kind", ""), "turns_dropped") << each;
}

TEST_F(post_office, SendsACallThatIsRepeatedOnce) {
  const auto id = working();
  const auto once = send({{"idempotency_key", "k"}});

  const auto again = send({{"idempotency_key", "k"}});

  EXPECT_EQ(again->message_id, once->message_id);
  EXPECT_EQ(inbox_of("agent1").size(), 1u);
  EXPECT_EQ(taken(id).size(), 1u);
}

TEST_F(post_office, KnowsAfterADeathWhatTheRunHadTaken) {
  const auto id = working();
  const auto sent = send({});
  const auto session = view(id).session_id;
  auto box = *store::load_inbox(disk, session);
  die();
  box.letters[0].letter.state = message_state::queued;
  box.letters[0].letter.run_id.reset();
  box.letters[0].given_to = id;
  ASSERT_TRUE(store::save_inbox(disk, box));

  begin({{.spawned = alive(key(id)), .last_written = 1}});
  prints(json{{"type", "agent_message"}, {"text", "hello"}});

  EXPECT_EQ(state(), message_state::delivered);
  EXPECT_THAT(taken(id), ElementsAre(sent->message_id));
}

TEST_F(post_office, GivesAfterADeathWhatTheRunHadNotTaken) {
  const auto id = working();
  die();
  store::inbox_record box{.session_id = {}, .last_seq = 1, .letters = {}};
  begin({{.spawned = alive(key(id)), .last_written = 1}});
  const auto session = view(id).session_id;
  die();
  box.session_id = session;
  box.letters.push_back({{.message_id = "m_1", .seq = 1}, {}, id});
  box.letters[0].letter.to_session_id = session;
  box.letters[0].letter.body = text_message("hello");
  ASSERT_TRUE(store::save_inbox(disk, box));

  begin({{.spawned = alive(key(id)), .last_written = 1}});
  prints(json{{"type", "agent_message"}, {"text", "hello"}});

  EXPECT_EQ(state(), message_state::delivered);
  EXPECT_THAT(taken(id), ElementsAre("m_1"));
}

TEST_F(post_office, SaysThatAFullInboxIsFull) {
  (void)working(reads_nothing);
  for (int i = 0; i < 64; ++i)
    ASSERT_TRUE(send({}));

  EXPECT_EQ(send({}).error().code, errc::busy);
}

TEST_F(post_office, ListsAgentsUnderTheirNames) {
  const auto ann = working({{"nickname", "ann"}});
  const auto bob = working({{"nickname", "bob"}});
  (void)working({{"nickname", "far"}, {"cwd", "/usr"}});
  completes(bob);

  const auto seen = answer<agent_page>(names, by_run<list_agents>(ann, json::object()));

  ASSERT_EQ(seen->total, 2u);
  EXPECT_EQ(seen->agents[0].agent_name, "ann");
  EXPECT_EQ(seen->agents[0].status, agent_status::running);
  EXPECT_EQ(seen->agents[1].agent_name, "bob");
  EXPECT_EQ(seen->agents[1].status, agent_status::idle);
  const auto far = send_as(ann, {{"to_agent_name", "far"}});
  EXPECT_EQ(far.error().code, errc::not_found);
}

} // namespace
} // namespace troupe
