#include "tests/actors/one_run.hpp"

namespace troupe {
namespace {

using ::testing::IsEmpty;

/// Runs whose agents ask, and those who answer them.
struct asking : one_run {
  void begs(const std::string& request, const std::string& kind = "permission") {
    prints(json{
      {"type", "input_required"},
      {"request_id", request},
      {"kind", kind},
      {"title", "may I?"}});
  }

  result<open_questions> pending(const json& question = json::object()) {
    return answer<open_questions>(names, by_person<list_pending>(question));
  }
  std::vector<std::string> waiting(const json& question = json::object()) {
    std::vector<std::string> ids;
    const auto asks = pending(question);
    for (const auto& each : asks->requests)
      ids.push_back(each.request_id);
    return ids;
  }
  static json answering(const std::string& request, const char* decision) {
    const json data{{"request_id", request}, {"decision", decision}};
    return {{"parts", {{{"type", "data"}, {"data", data}}}}};
  }

  /// The answer that was told last.
  json last_answer(const std::string& id) {
    json found;
    for (const auto& each : events(id))
      if (each["type"] == "message_added")
        found = each["data"];
    return found;
  }
};

TEST_F(asking, ListsTheQuestionsOfAllRunsOldestFirst) {
  const auto first = working();
  begs("a");
  advance(ms(10));
  const auto second = start();
  spawned(second);
  begs("b", "question");
  advance(ms(10));

  const auto all = pending();

  ASSERT_TRUE(all) << all.error().message;
  ASSERT_EQ(all->total, 2u);
  EXPECT_EQ(all->requests[0].run_id, first);
  EXPECT_EQ(all->requests[0].title, "may I?");
  EXPECT_THAT(all->requests[0].options, ElementsAre("allow", "deny"));
  EXPECT_LT(all->requests[0].asked_at, all->requests[1].asked_at);
  EXPECT_EQ(pending({{"limit", 1}})->requests.size(), 1u);
  EXPECT_THAT(waiting({{"run_id", second}}), ElementsAre("b"));
}

TEST_F(asking, TakesAnswersInAnyOrderAndForgetsWhatIsWithdrawn) {
  const auto id = working();
  begs("a");
  begs("b");
  begs("c");
  begs("d");

  EXPECT_TRUE(says(id, answering("c", "deny")));
  EXPECT_THAT(waiting(), ElementsAre("a", "b", "d"));
  prints(json{{"type", "request_withdrawn"}, {"request_id", "a"}});
  EXPECT_THAT(waiting(), ElementsAre("b", "d"));
  EXPECT_FALSE(says(id, answering("c", "allow")));
  EXPECT_TRUE(says(id, answering("d", "allow")));
  EXPECT_EQ(last_answer(id)["by"], "person");
  EXPECT_EQ(view(id).status, run_status::input_required);
  EXPECT_TRUE(says(id, answering("b", "allow")));

  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_EQ(view(id).status, run_status::running);
}

TEST_F(asking, IsDeniedAtItsDeadline) {
  const auto id = working({{"permissions", {{"deadline_s", 60}}}});
  begs("a");
  EXPECT_EQ(pending()->requests.at(0).deadline->ms, outside.wall().ms + 60'000);
  advance(ms(59'000));
  EXPECT_THAT(waiting(), ElementsAre("a"));

  advance(ms(1'000));

  EXPECT_THAT(waiting(), IsEmpty());
  EXPECT_EQ(last_answer(id)["decision"], "deny");
  EXPECT_EQ(last_answer(id)["by"], "deadline");
  EXPECT_EQ(last_answer(id)["role"], "policy");
  EXPECT_THAT(lines_sent().back(), HasSubstr(R"("decision":"deny")"));
  EXPECT_EQ(view(id).status, run_status::running);
}

TEST_F(asking, IsAllowedAtItsDeadlineWhereThePolicySaysSo) {
  config.backends["process"] = {
    .type = "process",
    .permissions = permission_policy{.deadline_s = 30, .then = at_deadline::allow}};
  die();
  begin();
  const auto id = working();
  begs("a");
  begs("why", "question");
  begs("login", "auth");

  advance(ms(30'000));

  std::map<std::string, std::string> decisions;
  for (const auto& each : events(id))
    if (each["type"] == "message_added")
      decisions[each["data"]["request_id"]] = each["data"]["decision"];
  EXPECT_EQ(decisions["a"], "allow");
  EXPECT_EQ(decisions["why"], "deny");
  EXPECT_THAT(waiting(), ElementsAre("login"));
}

TEST_F(asking, KeepsItsDeadlineWhenTheSupervisorDies) {
  const auto id = working({{"permissions", {{"deadline_s", 60}}}});
  begs("a");
  advance(ms(20'000));
  begs("b");
  advance(ms(10'000));
  die();
  begin({{.spawned = alive(key(id)), .last_written = 1}});
  prints(json{{"type", "agent_message"}, {"text", "hello"}});
  begs("a");
  begs("b");
  EXPECT_THAT(waiting(), ElementsAre("a", "b"));

  advance(ms(30'000));
  EXPECT_THAT(waiting(), ElementsAre("b"));
  advance(ms(20'000));
  EXPECT_THAT(waiting(), IsEmpty());
}

TEST_F(asking, IsNotAnsweredTwice) {
  const auto id = working({{"permissions", {{"deadline_s", 60}}}});
  begs("a");
  EXPECT_TRUE(says(id, answering("a", "allow")));

  advance(ms(60'000));

  EXPECT_EQ(last_answer(id)["by"], "person");
  EXPECT_EQ(lines_sent().size(), 2u);
}

TEST_F(asking, StatesItsBounds) {
  EXPECT_THAT(pending({{"limit", 0}}).error().message, HasSubstr("limit: must be 1"));
  EXPECT_EQ(pending({{"run_id", "r_nobody"}}).error().code, errc::not_found);
  EXPECT_THAT(
    answer<spawned_run>(boss, request({{"permissions", {{"deadline_s", 0}}}}))
      .error()
      .message,
    HasSubstr("permissions.deadline_s"));
}

/// Runs whose answers must fit a schema.
struct schema : one_run {
  const json wanted{
    {"type", "object"},
    {"required", {"n"}},
    {"properties", {{"n", {{"type", "integer"}}}}}};

  void answers(const std::string& text) {
    prints(json{{"type", "run_completed"}, {"final_response", text}});
  }
};

TEST_F(schema, IsToldInThePromptAndItsDataIsTheResult) {
  const auto id = working({{"output_schema", wanted}});
  EXPECT_THAT(lines_sent().at(0), HasSubstr("It must fit this JSON Schema"));
  answers(R"({"n":7})");
  exits(id, 0);

  EXPECT_EQ(view(id).status, run_status::completed);
  EXPECT_EQ(view(id).result->structured_output, raw_json{R"({"n":7})"});
  EXPECT_EQ(view(id).summary, "hello");
}

TEST_F(schema, IsAskedForOnceMoreThenFailsTheRun) {
  const auto id = working({{"output_schema", wanted}});
  answers("seven");
  EXPECT_EQ(view(id).phase, run_phase::working);
  EXPECT_THAT(lines_sent().at(1), HasSubstr("does not fit the JSON Schema"));
  answers(R"({"n":"seven"})");
  exits(id, 0);

  EXPECT_EQ(view(id).status, run_status::failed);
  EXPECT_EQ(view(id).exit->reason, exit_kind::agent_error);
  EXPECT_THAT(view(id).exit->detail, HasSubstr("n: "));
  EXPECT_EQ(view(id).result->final_response, R"({"n":"seven"})");
  EXPECT_EQ(view(id).attempts.size(), 1u);
}

TEST_F(schema, IsAskedForOnceMoreByTheNextSupervisorIfTheKeeperWasNotToldTo) {
  const auto id = working({{"output_schema", wanted}});
  answers("seven");
  const auto said = lines_sent();
  die();

  begin({{.spawned = alive(key(id)), .last_written = 1}});
  prints(json{{"type", "agent_message"}, {"text", "hello"}});
  answers("seven");

  EXPECT_THAT(lines_sent(), ElementsAre(said.at(1)));
  answers(R"({"n":7})");
  exits(id, 0);
  EXPECT_EQ(view(id).status, run_status::completed);
  std::size_t warned = 0;
  for (const auto& each : events(id))
    warned += each["data"].value("kind", "") == "schema_mismatch";
  EXPECT_EQ(warned, 1u);
}

TEST_F(schema, ThatCannotBeUsedMakesNoRun) {
  const auto refused =
    answer<spawned_run>(boss, request({{"output_schema", {{"type", "array"}}}}));

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::invalid_argument);
  EXPECT_THAT(refused.error().message, HasSubstr("output_schema: type: "));
}

/// Runs with a persona.
struct persona : one_run {
  std::string refusal(const std::string& profile) {
    const auto made = answer<spawned_run>(
      boss, request({{"profile", profile}, {"cwd", dir.path().string()}}));
    return made ? "taken" : made.error().message;
  }
};

TEST_F(persona, GoesBeforeThePromptWhereThereIsNoSystemPrompt) {
  std::ofstream(dir.path() / "pirate.md") << "You are a pirate.";

  (void)start({{"profile", "pirate.md"}, {"cwd", dir.path().string()}});

  EXPECT_THAT(
    lines_sent(), ElementsAre(R"(1 {"type":"turn","text":"You are a pirate.\n\ngo"})"));
}

TEST_F(persona, IsTheSystemPromptWhereThereIsOne) {
  (void)start(
    {{"backend", "claude_code"},
     {"backend_config", json::object()},
     {"profile", "reviewer"}});

  const auto argv = ordered<keeper::spawn_order>().at(0).argv;
  const auto at = std::ranges::find(argv, "--append-system-prompt");
  ASSERT_NE(at, argv.end());
  EXPECT_THAT(*(at + 1), HasSubstr("You are a reviewer."));
  EXPECT_THAT(lines_sent().at(0), ::testing::Not(HasSubstr("reviewer")));
}

TEST_F(persona, ThatCannotBeReadMakesNoRun) {
  std::ofstream(dir.path() / "empty.md") << " \n";
  std::ofstream(dir.path() / "huge.md") << std::string(65 * 1024, 'x');
  std::ofstream(dir.path() / "binary.md") << "\xFF";

  EXPECT_THAT(refusal("none.md"), HasSubstr("profiles that ship: reviewer"));
  EXPECT_THAT(refusal("empty.md"), HasSubstr("is empty"));
  EXPECT_THAT(refusal("huge.md"), HasSubstr("larger than the limit"));
  EXPECT_THAT(refusal("binary.md"), HasSubstr("UTF-8"));
  EXPECT_THAT(refusal("/dev/zero"), HasSubstr("cannot be taken"));
  EXPECT_THAT(refusal("."), HasSubstr("cannot be taken"));
}

} // namespace
} // namespace troupe
