#include "actors/new_run.hpp"
#include "protocol/json.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

asked<spawn_run> request(caller who = {}) {
  who.cwd = "/src";
  return {
    std::make_shared<caller>(std::move(who)),
    "relay:1",
    spawn_run{.backend = "process", .prompt = "fix\nit"}};
}

parent_rights parent() {
  return {
    .backend = "process",
    .permissions = {.allow = {"Read"}, .deny = {"Bash(rm *)"}},
    .backend_config = {R"({"command":["agent"],"sandbox":"on"})"},
    .command = {"configured"}};
}

const chosen_backend process{agents::find_backend("process"), {}};

TEST(NewRun, IsComposedOfRequestClientAndBackend) {
  const auto made = compose(request(), process, {}, "ada", {1'795'000'000'000});

  ASSERT_TRUE(made);
  const auto& v = made->record.view;
  EXPECT_EQ(v.cwd, "/src");
  EXPECT_EQ(v.agent_name, "ada");
  EXPECT_EQ(v.summary, "fix it");
  EXPECT_EQ(v.depth, 1u);
  EXPECT_EQ(made->record.keys, (std::vector<std::string>{"relay:1"}));
  EXPECT_EQ(made->launch.prompt, "fix\nit");
}

TEST(NewRun, TakesTheConfigurationWhereNothingWasAsked) {
  auto backend = process;
  backend.settings.limits = run_limits{.idle_s = 5};
  backend.settings.command = {"mine"};

  const auto made = compose(request(), backend, {}, "ada", {1});

  EXPECT_EQ(made->launch.limits.idle_s, 5u);
  EXPECT_EQ(made->launch.command, (std::vector<std::string>{"mine"}));
}

TEST(NewRun, MergesLimitsAndRestartWithTheConfigurationFieldByField) {
  auto backend = process;
  backend.settings.limits = run_limits{.idle_s = 5, .memory_mb = 512};
  backend.settings.restart =
    restart_policy{.max_restarts = 9, .on = {{exit_kind::hung, exit_override::fail}}};
  auto asked_for = request();
  asked_for.what.limits = {.idle_s = 7, .turns = 3};
  asked_for.what.restart.type = restart_type::permanent;

  const auto made = compose(asked_for, backend, {}, "ada", {1});

  EXPECT_EQ(
    made->launch.limits, (run_limits{.idle_s = 7, .memory_mb = 512, .turns = 3}));
  EXPECT_EQ(made->launch.restart.type, restart_type::permanent);
  EXPECT_EQ(made->launch.restart.max_restarts, 9u);
  EXPECT_EQ(made->launch.restart.on.at(exit_kind::hung), exit_override::fail);
}

TEST(NewRun, TakesMembersOfItsBackendsConfigurationFromThere) {
  auto backend = process;
  backend.settings.backend_config = {R"({"stdin":"json","args":["-q"]})"};
  auto asked_for = request();
  asked_for.what.backend_config = {R"({"args":[]})"};

  EXPECT_EQ(
    compose(asked_for, backend, {}, "ada", {1})->launch.backend_config,
    (raw_json{R"({"args":[],"stdin":"json"})"}));
}

TEST(NewRun, TakesPatternsAndDeadlineFromThereApart) {
  auto backend = process;
  backend.settings.permissions = permission_policy{
    .allow = {"Read"}, .deny = {"Bash"}, .deadline_s = 60, .then = at_deadline::allow};
  auto patterns = request();
  patterns.what.permissions.allow = {"Edit"};
  auto sooner = request();
  sooner.what.permissions.deadline_s = 5;

  const auto of = [&](const asked<spawn_run>& asked_for) {
    return compose(asked_for, backend, {}, "ada", {1})->launch.permissions;
  };

  EXPECT_EQ(
    of(patterns),
    (permission_policy{
      .allow = {"Edit"}, .deadline_s = 60, .then = at_deadline::allow}));
  EXPECT_EQ(
    of(sooner),
    (permission_policy{.allow = {"Read"}, .deny = {"Bash"}, .deadline_s = 5}));
}

TEST(NewRun, KeepsThePersonaAndTheSchemaOfItsSession) {
  store::session_record session{.session_id = "s_1", .backend = "process", .cwd = "/a"};
  session.launch.persona = "You review.";
  session.launch.output_schema = raw_json{R"({"type":"object"})"};
  auto next = request();
  next.what = as_spawn(session, {.input_message = text_message("and now")});

  const auto made = compose(next, process, session, "ada", {1});

  ASSERT_TRUE(made);
  EXPECT_EQ(made->launch.persona, "You review.");
  EXPECT_EQ(made->launch.output_schema, session.launch.output_schema);
  EXPECT_TRUE(made->launch.prompt.starts_with("and now\n")) << made->launch.prompt;
  EXPECT_TRUE(made->launch.prompt.ends_with(R"({"type":"object"})"));
}

TEST(NewRun, KeepsThePartsOfAMessageThatIsMoreThanText) {
  auto asked_for = request();
  asked_for.what.prompt.reset();
  asked_for.what.input_message = agent_message{
    .parts = {
      {.type = part_type::text, .text = "look"},
      {.type = part_type::file, .bytes_base64 = "AAAA", .name = "a"}}};
  asked_for.what.output_schema = raw_json{R"({"type":"object"})"};

  const auto made = compose(asked_for, process, {}, "ada", {1});

  ASSERT_TRUE(made);
  EXPECT_TRUE(made->launch.prompt.starts_with("look\n\nAttached file: a"));
  ASSERT_EQ(made->launch.parts.size(), 3u);
  EXPECT_EQ(made->launch.parts[1].bytes_base64, "AAAA");
  EXPECT_NE(made->launch.parts[2].text->find("JSON Schema"), std::string::npos);
}

TEST(NewRun, RefusesBytesThatItsBackendHasNoPlaceFor) {
  auto asked_for = request();
  asked_for.what.backend = "codex_exec";
  asked_for.what.prompt.reset();
  asked_for.what.input_message =
    agent_message{.parts = {{.type = part_type::file, .bytes_base64 = "AAAA"}}};

  const auto made =
    compose(asked_for, {agents::find_backend("codex_exec"), {}}, {}, "ada", {1});

  ASSERT_FALSE(made);
  EXPECT_EQ(
    made.error().message,
    "input_message.parts[0]: codex_exec takes no bytes in a message; write it into a "
    "file and name that by uri");
}

TEST(NewRun, GoesOnInTheDirectoryOfItsSessionOnly) {
  store::session_record session{.session_id = "s_1", .backend = "process", .cwd = "/a"};

  EXPECT_EQ(compose(request(), process, session, "ada", {1})->record.view.cwd, "/a");
  session.backend = "claude_code";
  EXPECT_FALSE(compose(request(), process, session, "ada", {1}));
}

TEST(NewRun, NeedsAnAbsoluteDirectory) {
  auto wrong = request();
  wrong.what.cwd = "src";

  EXPECT_FALSE(compose(wrong, process, {}, "ada", {1}));
}

TEST(NewRun, WritesADirectoryInOneWayOnly) {
  auto asked_for = request();
  asked_for.what.cwd = "/src/x/../";

  EXPECT_EQ(place_of(asked_for, {}), "/src");
  asked_for.what.cwd = "/";
  EXPECT_EQ(place_of(asked_for, {}), "/");
}

TEST(NewRun, KeepsTheKeysOfCallersApart) {
  EXPECT_NE(key_of({}, "1"), key_of({.run_id = "r_1"}, "1"));
}

TEST(Rights, ARunHandsDownWhatItHas) {
  auto what = request().what;
  inherit(what, parent());

  EXPECT_EQ(what.permissions, parent().permissions);
  EXPECT_EQ((*parse_json(what.backend_config.text))["sandbox"], "on");
  EXPECT_TRUE(check_rights(what, parent()));
}

TEST(Rights, ARunHandsDownItsDeadlineWithPatternsOfTheChildsOwn) {
  auto above = parent();
  above.permissions.deadline_s = 60;
  auto what = request().what;
  what.permissions = {.allow = {}, .deny = {"Bash(rm *)", "Edit"}};

  inherit(what, above);

  EXPECT_EQ(what.permissions.deadline_s, 60u);
  EXPECT_TRUE(check_rights(what, above));
}

TEST(Rights, ARunHandsDownNoMoreThanItHas) {
  auto other_backend = request().what;
  inherit(other_backend, parent());
  other_backend.backend = "claude_code";
  auto freer = request().what;
  freer.backend_config = {R"({"sandbox":"off"})"};
  inherit(freer, parent());
  auto without = request().what;
  without.permissions = parent().permissions;
  auto broader = request().what;
  broader.permissions.allow = {"Bash(*)"};
  inherit(broader, parent());
  auto unasked = request().what;
  unasked.backend_config = {R"({"approval_policy":"never"})"};
  inherit(unasked, parent());
  auto reconfigured = request().what;
  reconfigured.backend_config = {R"({"config":{"sandbox_mode":"x"}})"};
  inherit(reconfigured, parent());

  for (const auto& what :
       {other_backend, freer, without, broader, unasked, reconfigured})
    EXPECT_FALSE(check_rights(what, parent()));
}

TEST(Rights, ARunCannotNameAProgramByItsEnvironment) {
  caller agent{.run_id = "r_1", .depth = 1};
  agent.env["TROUPE_PROCESS_COMMAND"] = "evil";
  caller person;
  person.env = agent.env;

  EXPECT_TRUE(compose(request(agent), process, {}, "ada", {1})->launch.command.empty());
  EXPECT_EQ(
    compose(request(person), process, {}, "ada", {1})->launch.command,
    (std::vector<std::string>{"evil"}));
}

TEST(Backends, AreChosenByConfiguredNameFirst) {
  store::configuration config;
  config.backends["mine"] = {.type = "process", .command = {"x"}};

  EXPECT_EQ(choose_backend(config, "mine")->settings.command.front(), "x");
  EXPECT_EQ(choose_backend(config, "process")->type->name, "process");
  const auto none = choose_backend(config, "nope");
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("mine"), std::string::npos);
}

} // namespace
} // namespace troupe
