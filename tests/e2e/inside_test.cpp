#include "tests/e2e/daemon.hpp"

#include "protocol/jsonrpc.hpp"

#include <fstream>

namespace troupe::e2e {

namespace {

using words = std::vector<std::string>;

constexpr const char* allowed_two = "limits:\n  depth: 2\n";

/// Runs whose agent is itself a client.
class inside : public daemon_test, public ::testing::WithParamInterface<tier> {
protected:
  void SetUp() override { use(GetParam()); }

  struct call {
    std::string tool;
    json arguments;
  };

  /// What the calls were answered, made by `troupe mcp` in the tree of a run of its
  /// own, with `env` in front of it and, if away, from a double fork.
  std::vector<json> answers(
    client& by, std::vector<call> calls, const words& env = {}, bool away = false) {
    auto command = stray_command(env, away);
    command.insert(command.end(), {"mcp", "--state-dir", place_.state()});
    auto request = agent({});
    request["backend_config"] = {{"command", command}, {"stdin", "text"}};
    request["prompt"] = conversation(calls);
    run_id_ = by.must("spawn_run", request).value("run_id", "");
    by.ended({run_id_});
    std::map<int, json> come;
    for (const auto& event : by.events(run_id_)) {
      const auto said = parse_json(event["data"].value("text", ""));
      if (said && said->contains("id") && (*said)["id"].is_number())
        come[(*said)["id"]] = *said;
    }
    std::vector<json> all;
    for (std::size_t i = 0; i < calls.size(); ++i)
      all.push_back(come[static_cast<int>(i) + 2]);
    return all;
  }

  /// An agent that is `troupe` with `env` in front of it and, if away, from a double
  /// fork in a session of its own; its arguments are to be added.
  static words stray_command(const words& env, bool away) {
    words command{agent_program(), "stray"};
    if (away)
      command.emplace_back("--away");
    command.emplace_back("/usr/bin/env");
    command.insert(command.end(), env.begin(), env.end());
    command.push_back(testing::troupe_program());
    return command;
  }

  /// What a run of this command put on stdout and stderr.
  std::string said_by(client& by, const words& command) {
    auto request = agent({});
    request["backend_config"] = {{"command", command}, {"stdin", "none"}};
    run_id_ = by.must("spawn_run", request).value("run_id", "");
    by.ended({run_id_});
    const auto files = place_.state() + "/runs/" + run_id_ + "/attempts/1/";
    return text_in(files + "stdout.ndjson") + text_in(files + "stderr.log");
  }

  static std::string text_in(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static std::string conversation(const std::vector<call>& calls) {
    json hello{
      {"protocolVersion", "2025-11-25"},
      {"capabilities", json::object()},
      {"clientInfo", {{"name", "inside"}, {"version", "1"}}}};
    auto text = print_json(jsonrpc::request(1, "initialize", hello));
    int id = 1;
    for (const auto& each : calls)
      text +=
        "\n" +
        print_json(jsonrpc::request(
          ++id, "tools/call", {{"name", each.tool}, {"arguments", each.arguments}}));
    return text;
  }

  static std::string text_of(const json& answer) { return print_json(answer); }

  static bool refused(const json& answer) {
    return answer.contains("error") ||
           (answer.contains("result") && answer["result"].value("isError", false));
  }

  std::string run_id_; ///< Of the run the last answers were given in.
};

} // namespace

TEST_P(inside, ARunSeesAndStopsNoOtherWhateverItSaysItIs) {
  auto me = join();
  const auto sibling = spawn(*me, {"wait"});
  ASSERT_FALSE(me->event_of(sibling, "agent_message").is_null());
  const auto token = place_.state() + "/runs/" + sibling + "/attempts/1/token";
  ASSERT_TRUE(std::filesystem::exists(token));
  const std::vector<words> games{
    {},
    {"-u", "TROUPE_RUN_ID", "-u", "TROUPE_TOKEN_FILE", "-u", "TROUPE_DEPTH"},
    {"TROUPE_RUN_ID=" + sibling},
    {"TROUPE_RUN_ID=" + sibling, "TROUPE_TOKEN_FILE=" + token}};
  for (const auto& env : games)
    for (const bool away : {false, true}) {
      const auto said = answers(
        *me,
        {{"list_runs", json::object()},
         {"get_run", {{"run_id", sibling}}},
         {"cancel_run", {{"run_id", sibling}}},
         {"poll_events", {{"run_id", sibling}, {"wait_ms", 0}}}},
        env,
        away);
      for (const auto& each : said) {
        ASSERT_FALSE(each.is_null()) << "no answer; away: " << away << log();
        EXPECT_EQ(
          text_of(each).find(sibling + "\\\",\\\"agent_name"), std::string::npos)
          << text_of(each);
      }
      for (std::size_t i = 1; i < said.size(); ++i)
        EXPECT_TRUE(refused(said[i])) << text_of(said[i]);
    }
  EXPECT_EQ(me->must("get_run", {{"run_id", sibling}})["status"], "running");
}

TEST_P(inside, ARunDoesNotSpawnBeyondTheDepthLimit) {
  auto me = join();
  const auto said =
    answers(*me, {{"spawn_run", {{"backend", "process"}, {"prompt", "x"}}}});
  ASSERT_TRUE(refused(said[0])) << text_of(said[0]);
  EXPECT_NE(text_of(said[0]).find("depth"), std::string::npos) << text_of(said[0]);
  EXPECT_EQ(me->must("list_runs", json::object())["total"], 1);
}

TEST_P(inside, AChildHasNoMoreRightsThanItsParent) {
  configure(allowed_two);
  auto me = join();
  auto other_command = agent({"answer", "3"});
  auto more = agent({"answer", "3"});
  more.erase("backend_config");
  more["permissions"] = {{"allow", {"*"}}};
  const auto said = answers(
    *me,
    {{"spawn_run", other_command},
     {"spawn_run", more},
     {"spawn_run", {{"backend", "claude_code"}, {"prompt", "x"}}}});
  for (const auto& each : said)
    EXPECT_TRUE(refused(each)) << text_of(each);
  EXPECT_EQ(me->must("list_runs", json::object())["total"], 1);
}

TEST_P(inside, ARunSeesItsChildAndNothingElse) {
  configure(
    std::string(allowed_two) +
    "backends:\n  worker:\n    type: process\n    command: " + "[\"" + agent_program() +
    "\", \"stray\", \"" + testing::troupe_program() +
    "\", \"mcp\", \"--state-dir\", \"" + place_.state() + "\"]\n");
  auto me = join();
  const auto stranger = spawn(*me, {"wait"});
  const json small{{"backend", "worker"}, {"prompt", ""}};
  const auto parent =
    me->must(
        "spawn_run",
        {{"backend", "worker"},
         {"cwd", place_.path().string()},
         {"restart", {{"type", "temporary"}}},
         {"prompt",
          conversation({{"spawn_run", small}, {"list_runs", json::object()}})}})
      .value("run_id", "");
  me->ended({parent});
  json made;
  json list;
  for (const auto& event : me->events(parent)) {
    const auto said = parse_json(event["data"].value("text", ""));
    if (said && said->value("id", 0) == 2)
      made = *said;
    if (said && said->value("id", 0) == 3)
      list = *said;
  }
  ASSERT_FALSE(made.is_null() || refused(made)) << text_of(made);
  const std::string run_id = made["result"]["structuredContent"]["run_id"];
  EXPECT_EQ(text_of(list).find(stranger), std::string::npos) << text_of(list);
  me->ended({run_id});
  const auto run = me->must("get_run", {{"run_id", run_id}});
  EXPECT_EQ(run["parent_run_id"], parent);
  EXPECT_EQ(run["depth"], 2);
}

TEST_P(inside, ARunAnswersNoRequestOfItsOwn) {
  auto me = join();
  const auto asker = spawn(*me, {"ask"}, {{"backend_config", {{"stdin", "json"}}}});
  ASSERT_FALSE(me->event_of(asker, "input_required").is_null());
  const auto said =
    answers(*me, {{"continue_run", {{"run_id", asker}, {"input_message", "allow"}}}});
  EXPECT_TRUE(refused(said[0])) << text_of(said[0]);
  const auto run = me->must("get_run", {{"run_id", asker}});
  EXPECT_EQ(run["pending"].size(), 1u) << print_json(run);
  const auto own = answers(
    *me,
    {{"continue_run", {{"agent_name", "agent1"}, {"input_message", "allow"}}},
     {"cancel_run", {{"agent_name", "agent2"}}}});
  for (const auto& each : own)
    EXPECT_TRUE(refused(each)) << text_of(each);
}

TEST_P(inside, ARunStartsNoDaemon) {
  auto me = join();
  const auto elsewhere = place_.path() / "elsewhere";
  const auto runtime = "XDG_RUNTIME_DIR=" + place_.path().string();
  const std::vector<words> games{{}, {"-i", runtime}};
  const std::vector<words> starts{{"ps"}, {"daemon", "start"}, {"keeper"}};
  for (const auto& env : games)
    for (const auto& start : starts)
      for (const bool away : {false, true}) {
        auto command = stray_command(env, away);
        command.insert(command.end(), start.begin(), start.end());
        command.insert(command.end(), {"--state-dir", elsewhere.string()});
        const auto heard = said_by(*me, command);
        EXPECT_NE(heard.find("may neither start nor stop a daemon"), heard.npos)
          << start.back() << ", away: " << away << ", it said: " << heard;
        EXPECT_FALSE(std::filesystem::exists(elsewhere / "daemon.json"));
      }
}

TEST_P(inside, ARunDoesNotStopTheDaemon) {
  auto me = join();
  for (const bool away : {false, true}) {
    auto command = stray_command({"-i", environment_.back()}, away);
    for (const auto& word : {"daemon", "stop", "--state-dir"})
      command.emplace_back(word);
    command.push_back(place_.state());
    const auto heard = said_by(*me, command);
    EXPECT_NE(heard.find("may neither start nor stop a daemon"), heard.npos) << heard;
  }
  EXPECT_EQ(me->must("list_runs", json::object())["total"], 2);
}

INSTANTIATE_TEST_SUITE_P(
  Tiers, inside, ::testing::Values(tier::cgroup, tier::subtree), tier_name);

} // namespace troupe::e2e
