#include "a2a/talk.hpp"

namespace troupe::agents::a2a {
namespace {

TEST_F(A2a, ReadsTheCardBeforeItSaysAnything) {
  c_ = std::make_unique<conversation>("remote_a2a", fresh());
  const auto first = asked(c_->turn("do it")).at(0);
  const auto sent = c_->print(reply(1, card()));

  EXPECT_EQ(first["method"], "GET");
  EXPECT_EQ(first["url"], agent_url + "/.well-known/agent-card.json");
  EXPECT_EQ(method(sent), "SendStreamingMessage");
  const auto message = params(sent)["message"];
  EXPECT_EQ(message["parts"][0]["text"], "do it");
  EXPECT_EQ(message["messageId"], "key-1");
  EXPECT_EQ(message["metadata"]["cwd"], "/work");
}

TEST_F(A2a, PutsTheAnswerTogetherFromArtifacts) {
  work();
  event(2, result(artifact("a", {{"text", "one "}})));
  const auto whole = event(
    2,
    result(artifact("a", {{"text", "two"}}, {{"append", true}, {"lastChunk", true}})));
  event(2, result(artifact("b", {{"data", {{"x", 1}}}}, {{"lastChunk", true}})));
  const auto end = event(2, result(update(status("COMPLETED", "done"))));

  EXPECT_THAT(told(whole), ElementsAre(HasSubstr(R"("text":"one two")")));
  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::completed);
  EXPECT_EQ(end.ended->result.final_response, "one two");
  EXPECT_EQ(end.ended->result.structured_output->text, R"({"x":1})");
}

TEST_F(A2a, TakesAMessageWithoutATaskForTheAnswer) {
  open();
  c_->print(news("sending", 2));
  auto message = said("m1", "hello");
  message["contextId"] = "c9";
  const auto end = event(2, result({{"message", message}}));

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::completed);
  EXPECT_EQ(end.ended->result.final_response, "hello");
  EXPECT_THAT(*(*c_)->session(), HasSubstr(R"("context":"c9")"));
  EXPECT_THAT(*(*c_)->session(), Not(HasSubstr("task")));
}

TEST_F(A2a, TellsEachMessageOnce) {
  work();
  const auto first = event(2, result(update(status("WORKING", "busy"))));
  auto snapshot = task(status("WORKING", "busy"));
  snapshot["history"] = json::array({said("m-busy", "busy"), said("m2", "new")});
  const auto again = event(2, result({{"task", snapshot}}));

  EXPECT_THAT(told(first), ElementsAre(HasSubstr("busy")));
  EXPECT_THAT(told(again), ElementsAre(HasSubstr("new")));
}

TEST_F(A2a, AsksWhatTheAgentAsksAndAnswersInItsTask) {
  work();
  const auto asking = event(2, result(update(status("INPUT_REQUIRED", "colour?"))));
  c_->print(news("end", 2));
  ASSERT_EQ((*c_)->pending().size(), 1u);
  const auto pending = (*c_)->pending().front();
  const auto answer = c_->answer({.decision = "answer", .message = "green"});

  EXPECT_EQ(pending.kind, "question");
  EXPECT_EQ(pending.title, "colour?");
  EXPECT_THAT(told(asking), Contains(HasSubstr("input_required")));
  EXPECT_EQ(text_said(answer), "green");
  EXPECT_EQ(params(answer)["message"]["taskId"], "t1");
  EXPECT_EQ(params(answer)["message"]["contextId"], "c1");
  EXPECT_EQ(params(answer)["message"]["messageId"], "key-2");
  EXPECT_THAT((*c_)->pending(), IsEmpty());
}

TEST_F(A2a, TellsALoginFromAQuestion) {
  work();
  const auto asking = event(2, result(update(status("AUTH_REQUIRED", "log in"))));

  EXPECT_THAT(told(asking), Contains(HasSubstr("auth_required")));
  EXPECT_EQ((*c_)->pending().front().kind, "auth");
}

TEST_F(A2a, NoticesThatATaskGoesOnWithoutAnAnswer) {
  work();
  const auto asking = event(2, result(update(status("AUTH_REQUIRED", "log in"))));
  c_->print(news("end", 2));
  const auto watch = asked(asking).at(0);
  const auto on =
    c_->print(reply(watch["id"].get<int>(), result(task(status("WORKING")))));

  EXPECT_TRUE(watch["poll"].get<bool>());
  EXPECT_EQ(watch["body"]["method"], "GetTask");
  EXPECT_THAT(told(on), ElementsAre(HasSubstr("request_withdrawn")));
  EXPECT_EQ(method(on), "SubscribeToTask");
  EXPECT_THAT((*c_)->pending(), IsEmpty());
}

TEST_F(A2a, CancelsTheTaskAndSaysThatItIs) {
  work();
  const auto order = c_->say(input_kind::interrupt);
  const auto id = asked(order).at(0)["id"].get<int>();
  const auto done = c_->print(reply(id, result(task(status("CANCELED")))));

  EXPECT_EQ(method(order), "CancelTask");
  EXPECT_THAT(told(done), Contains(HasSubstr("remote_cancelled")));
  ASSERT_TRUE(done.ended);
  EXPECT_EQ(done.ended->reason.detail, "interrupted");
  EXPECT_TRUE(done.close_stdin);
  EXPECT_THAT(told(c_->over()), IsEmpty());
}

TEST_F(A2a, SaysThatACancellationWasNotConfirmed) {
  work();
  c_->say(input_kind::interrupt);
  c_->say(input_kind::close);

  EXPECT_THAT(told(c_->over()), ElementsAre(HasSubstr("remote_not_cancelled")));
}

TEST_F(A2a, CancelsATaskThatItHearsOfOnlyThen) {
  open();
  c_->print(news("sending", 2));
  const auto early = c_->say(input_kind::interrupt);
  const auto late = event(2, result({{"task", task(status("SUBMITTED"))}}));

  EXPECT_THAT(asked(early), IsEmpty());
  EXPECT_EQ(method(late), "CancelTask");
}

TEST_F(A2a, LooksForTheTaskWhenItsStreamIsLost) {
  work();
  const auto lost = c_->print(failed(2, "lost"));
  const auto look = asked(lost).at(0);
  const auto found =
    c_->print(reply(look["id"].get<int>(), result(task(status("WORKING")))));

  EXPECT_THAT(told(lost), ElementsAre(HasSubstr("reconnecting")));
  EXPECT_EQ(look["body"]["method"], "GetTask");
  EXPECT_EQ(look["after_ms"], 500);
  EXPECT_EQ(method(found), "SubscribeToTask");
}

TEST_F(A2a, NeverSendsAMessageAgainThatMayHaveArrived) {
  open();
  c_->print(news("sending", 2));
  const auto lost = c_->print(failed(2, "lost"));

  EXPECT_THAT(asked(lost), IsEmpty());
  ASSERT_TRUE(lost.ended);
  EXPECT_EQ(lost.ended->reason.reason, exit_kind::agent_error);
  EXPECT_THAT(lost.ended->reason.detail, HasSubstr("not sent again"));
}

TEST_F(A2a, SendsAgainWhatWasNeverSent) {
  open();
  const auto again = c_->print(failed(2, "unreachable"));

  EXPECT_EQ(method(again), "SendStreamingMessage");
  EXPECT_EQ(asked(again)[0]["after_ms"], 500);
  EXPECT_EQ(params(again)["message"]["messageId"], "key-1");
  EXPECT_FALSE((*c_)->session());
}

TEST_F(A2a, GivesUpOnAnAgentThatStaysAway) {
  work();
  auto out = c_->print(failed(2, "lost"));
  int tries = 0;
  while (!out.ended && tries < 100) {
    ++tries;
    out = c_->print(failed(asked(out).at(0)["id"].get<int>(), "unreachable"));
  }

  ASSERT_TRUE(out.ended);
  EXPECT_EQ(tries, 12);
  EXPECT_EQ(out.ended->reason.reason, exit_kind::overloaded);
  EXPECT_THAT(*(*c_)->session(), HasSubstr(R"("task":"t1")"));
  EXPECT_THAT(told(c_->over()), ElementsAre(HasSubstr("remote_task_left")));
}

TEST_F(A2a, PollsWhereThereIsNoStream) {
  const auto sent = open(fresh(), card("1.0", false));
  c_->print(news("sending", 2));
  const auto poll = c_->print(reply(2, result({{"task", task(status("SUBMITTED"))}})));
  const auto on = c_->print(
    reply(asked(poll).at(0)["id"].get<int>(), result(task(status("WORKING")))));
  const auto id = asked(on).at(0)["id"].get<int>();
  const auto end = c_->print(reply(id, result(task(status("COMPLETED", "done")))));

  EXPECT_EQ(method(sent), "SendMessage");
  EXPECT_EQ(params(sent)["configuration"]["returnImmediately"], true);
  EXPECT_EQ(method(poll), "GetTask");
  EXPECT_EQ(asked(poll)[0]["poll"], true);
  EXPECT_EQ(asked(poll)[0]["body"], asked(on)[0]["body"]);
  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->result.final_response, "done");
}

TEST_F(A2a, PollsWhereAStreamCannotBeTakenUp) {
  work();
  auto out = c_->print(failed(2, "lost"));
  out = c_->print(
    reply(asked(out).at(0)["id"].get<int>(), result(task(status("WORKING")))));
  out = c_->print(
    reply(asked(out).at(0)["id"].get<int>(), error(-32004, "no subscriptions")));
  out = c_->print(
    reply(asked(out).at(0)["id"].get<int>(), result(task(status("WORKING")))));

  EXPECT_EQ(method(out), "GetTask");
  EXPECT_EQ(asked(out)[0]["poll"], true);
}

TEST_F(A2a, TakesTheTaskUpAfterARestartAndSaysNothing) {
  const auto look =
    open_again({{"key", "key"}, {"said", 1}, {"context", "c1"}, {"task", "t1"}});
  const auto follow = c_->print(reply(2, result(task(status("WORKING")))));
  const auto end = event(3, result(update(status("COMPLETED", "done"))));

  EXPECT_EQ(method(look), "GetTask");
  EXPECT_EQ(method(follow), "SubscribeToTask");
  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::completed);
}

TEST_F(A2a, TakesATaskThatIsOverByThenForTheAnswer) {
  open_again({{"key", "key"}, {"said", 1}, {"task", "t1"}});
  const auto end = c_->print(reply(2, result(task(status("COMPLETED", "done")))));

  EXPECT_THAT(asked(end), IsEmpty());
  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->result.final_response, "done");
}

TEST_F(A2a, AsksAgainAfterARestartWhatStillWaits) {
  open_again({{"key", "key"}, {"said", 1}, {"task", "t1"}});
  c_->print(reply(2, result(task(status("INPUT_REQUIRED", "colour?")))));

  EXPECT_EQ((*c_)->pending().size(), 1u);
}

TEST_F(A2a, DoesNotSendAfterARestartWhatMayHaveArrived) {
  const auto end = open_again({{"key", "key"}, {"said", 1}, {"unsure", true}});

  EXPECT_THAT(asked(end), IsEmpty());
  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::agent_error);
}

TEST_F(A2a, SendsThePromptAfterARestartIfItNeverWasSent) {
  const auto sent =
    open_again({{"key", "key"}, {"said", 4}, {"context", "c1"}, {"unsaid", true}});

  EXPECT_EQ(text_said(sent), "do it");
  EXPECT_EQ(params(sent)["message"]["contextId"], "c1");
  EXPECT_EQ(params(sent)["message"]["messageId"], "key-5");
}

TEST_F(A2a, SaysTheNoticeInTheSameConversation) {
  const auto sent = open_again({{"key", "key"}, {"said", 1}, {"context", "c1"}});

  EXPECT_EQ(text_said(sent), "you were interrupted");
  EXPECT_EQ(params(sent)["message"]["contextId"], "c1");
}

TEST_F(A2a, SaysThePromptAgainToAnAgentThatForgotItsTask) {
  open_again({{"key", "key"}, {"said", 1}, {"task", "t1"}});
  const auto sent = c_->print(reply(2, error(-32001, "Task not found")));

  EXPECT_EQ(text_said(sent), "you were interrupted\n\ndo it");
}

TEST_F(A2a, IsLostWhenTheAgentForgetsItsTask) {
  work();
  const auto lost = c_->print(failed(2, "lost"));
  const auto end = c_->print(
    reply(asked(lost).at(0)["id"].get<int>(), error(-32001, "Task not found")));

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::lost);
}

TEST_F(A2a, SpeaksTheOlderVersionWhereItIsAllThereIs) {
  const json old{
    {"url", agent_url + "/old"},
    {"protocolVersion", "0.3.0"},
    {"preferredTransport", "JSONRPC"},
    {"capabilities", {{"streaming", true}}}};
  const auto sent = open(fresh(), old);
  c_->print(news("sending", 2));
  const json working{
    {"kind", "task"},
    {"id", "t1"},
    {"contextId", "c1"},
    {"status", {{"state", "working"}}}};
  event(2, result(working));
  const json done{
    {"kind", "status-update"},
    {"taskId", "t1"},
    {"contextId", "c1"},
    {"status",
     {{"state", "completed"},
      {"message",
       {{"kind", "message"},
        {"messageId", "m1"},
        {"role", "agent"},
        {"parts", json::array({{{"kind", "text"}, {"text", "done"}}})}}}}},
    {"final", true}};
  const auto end = event(2, result(done));

  EXPECT_EQ(method(sent), "message/stream");
  EXPECT_EQ(asked(sent)[0]["headers"]["A2A-Version"], "0.3");
  EXPECT_EQ(params(sent)["message"]["parts"][0]["kind"], "text");
  EXPECT_EQ(params(sent)["message"]["role"], "user");
  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->result.final_response, "done");
}

TEST_F(A2a, SendsTurnsOneAtATimeInOneConversation) {
  work();
  const auto waits = c_->turn("and then");
  const auto next = event(2, result(update(status("COMPLETED", "done"))));

  EXPECT_THAT(asked(waits), IsEmpty());
  EXPECT_FALSE(next.ended);
  EXPECT_EQ(text_said(next), "and then");
  EXPECT_EQ(params(next)["message"]["contextId"], "c1");
  EXPECT_FALSE(params(next)["message"].contains("taskId"));
}

TEST_F(A2a, FailsInTheWordsOfTheAgent) {
  work();
  const auto end = event(2, result(update(status("FAILED", "it broke"))));

  ASSERT_TRUE(end.ended);
  EXPECT_EQ(end.ended->reason.reason, exit_kind::agent_error);
  EXPECT_EQ(end.ended->reason.detail, "it broke");
}

TEST_F(A2a, JudgesHowThePromptWasRefused) {
  const auto judged = [&](int status) {
    open();
    c_->print(news("sending", 2));
    return c_->print(reply(2, {{"error", "words"}}, status)).ended.value().reason;
  };

  EXPECT_EQ(judged(401).reason, exit_kind::auth);
  EXPECT_EQ(judged(429).reason, exit_kind::rate_limited);
  EXPECT_EQ(judged(503).reason, exit_kind::overloaded);
  EXPECT_EQ(judged(400).reason, exit_kind::agent_error);
  EXPECT_EQ(judged(502).reason, exit_kind::agent_error);
  EXPECT_THAT(judged(502).detail, HasSubstr("not known"));
}

TEST_F(A2a, KeepsForTheNextAttemptAPromptThatWasTurnedAway) {
  open();
  c_->print(news("sending", 2));
  c_->print(reply(2, json::object(), 503));

  EXPECT_THAT(*(*c_)->session(), HasSubstr(R"("unsaid":true)"));
}

TEST_F(A2a, DoesNotPassOverACertificateOrASize) {
  for (const auto* fault : {"untrusted", "too_large"}) {
    work();
    const auto end = c_->print(failed(2, fault));

    ASSERT_TRUE(end.ended) << fault;
    EXPECT_EQ(end.ended->reason.reason, exit_kind::agent_error);
  }
}

TEST_F(A2a, ShowsWhatItDoesNotUnderstand) {
  work();

  EXPECT_THAT(told(c_->line("Segmentation fault")), ElementsAre(HasSubstr("raw")));
  EXPECT_THAT(told(c_->line(R"({"what":"reply","id":99})")), IsEmpty());
}

} // namespace
} // namespace troupe::agents::a2a
