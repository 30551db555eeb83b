#include "gateway/offering.hpp"
#include "mcp/dialogue.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace troupe::mcp {
namespace {

using ::testing::HasSubstr;

const std::string source_dir = TROUPE_SOURCE_DIR;

std::string read_file(const std::string& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Compares with the file, or rewrites it if UPDATE_GOLDEN is set.
void expect_golden(const std::string& name, const std::string& text) {
  const auto path = source_dir + "/" + name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr)
    std::ofstream(path) << text;
  EXPECT_EQ(text, read_file(path)) << name << " differs; UPDATE_GOLDEN=1 rewrites it";
}

/// The result of tools/list for a client of this revision and toolsets.
json shown_tools(std::string_view rev, std::string_view toolsets) {
  dialogue door({std::make_shared<const offer>(*offered(toolsets)), nullptr, ""});
  const auto say = [&](std::string_view method, json params) {
    auto steps =
      door.take(print_json(jsonrpc::request(1, method, std::move(params))), {}).steps;
    return std::get<say_answer>(steps.at(0)).message["result"];
  };
  (void)say("initialize", {{"protocolVersion", rev}});
  return say("tools/list", json::object());
}

TEST(Tools, HaveNamesThatEveryClientTakes) {
  std::set<std::string_view> names;
  for (const auto& [t, call] : tools()) {
    EXPECT_TRUE(
      std::regex_match(std::string(t.info.name), std::regex("[a-z][a-z0-9_]{0,39}")))
      << t.info.name;
    EXPECT_TRUE(names.insert(t.info.name).second) << t.info.name;
    EXPECT_FALSE(t.info.title.empty());
  }
}

TEST(Tools, SayInAFewSentencesWhatToDoNext) {
  for (const auto& [t, call] : tools()) {
    EXPECT_TRUE(t.info.description.ends_with('.')) << t.info.name;
    EXPECT_LT(t.info.description.size(), 600U) << t.info.name;
    EXPECT_GT(t.info.description.size(), 80U) << t.info.name;
  }
}

TEST(Tools, StateAFiniteDeadline) {
  for (const auto& [t, call] : tools()) {
    EXPECT_GE(t.info.timeout, std::chrono::seconds(15)) << t.info.name;
    EXPECT_LE(t.info.timeout, std::chrono::seconds(60)) << t.info.name;
  }
}

TEST(Tools, ThatEndRunsSaySo) {
  std::set<std::string_view> destructive;
  for (const auto& [t, call] : tools()) {
    if (t.info.destructive)
      destructive.insert(t.info.name);
    EXPECT_FALSE(t.info.destructive && t.info.read_only) << t.info.name;
  }

  EXPECT_EQ(
    destructive,
    (std::set<std::string_view>{
      "cancel_run", "cancel_team", "kill_claude_session", "restart_run"}));
}

TEST(Tools, DescribeEveryArgumentAndRefuseOthers) {
  for (const auto& [t, call] : tools()) {
    EXPECT_EQ(t.input_schema["type"], "object") << t.info.name;
    EXPECT_EQ(t.output_schema["type"], "object") << t.info.name;
    EXPECT_EQ(t.input_schema["additionalProperties"], false) << t.info.name;
    for (const auto& [name, property] : t.input_schema["properties"].items())
      EXPECT_FALSE(property.value("description", "").empty())
        << t.info.name << '.' << name;
  }
}

TEST(Tools, FitInTwentyKilobytesByDefault) {
  const auto bytes = print_json(shown_tools("2025-11-25", default_toolsets)).size();

  RecordProperty("bytes", static_cast<int>(bytes));
  EXPECT_LE(bytes, 20U * 1024);
}

TEST(Tools, AreThePublicSurface) {
  expect_golden(
    "tests/golden/tools.json", shown_tools("2025-11-25", "all").dump(2) + "\n");
}

TEST(Tools, AreDocumented) {
  expect_golden("docs/tools.md", tool_table_markdown());
}

TEST(Tools, ShowOnlyWhatTheRevisionKnows) {
  const auto oldest = shown_tools("2024-11-05", "runs")["tools"][0];
  const auto older = shown_tools("2025-03-26", "runs")["tools"][0];
  const auto newer = shown_tools("2025-06-18", "runs")["tools"][0];

  EXPECT_FALSE(oldest.contains("annotations"));
  EXPECT_FALSE(oldest.contains("outputSchema"));
  EXPECT_EQ(older["annotations"].size(), 4U);
  EXPECT_FALSE(older.contains("outputSchema"));
  EXPECT_FALSE(older.contains("title"));
  EXPECT_TRUE(newer.contains("outputSchema"));
  EXPECT_TRUE(newer.contains("title"));
  EXPECT_EQ(newer["_meta"]["troupe/schema_version"], 1);
}

TEST(Toolsets, ListTheRunToolsByDefault) {
  std::vector<std::string_view> names;
  const auto list = listed(default_toolsets);
  for (const auto* t : *list)
    names.push_back(t->info.name);

  EXPECT_THAT(
    names,
    ::testing::ElementsAre(
      "spawn_run",
      "get_run",
      "poll_events",
      "cancel_run",
      "continue_run",
      "list_pending",
      "list_runs",
      "wait_runs"));
}

TEST(Toolsets, CanBeNamedTogether) {
  EXPECT_EQ(listed("verbs")->size(), 4U);
  EXPECT_EQ(listed("worktrees")->size(), 3U);
  EXPECT_EQ(
    listed("verbs,runs,artifacts,agents,teams,worktrees")->size(), tools().size());
  EXPECT_EQ(listed("all")->size(), tools().size());
}

TEST(Toolsets, MayOnlyRead) {
  const auto list = listed("runs,teams,read-only");

  EXPECT_EQ(list->size(), 7U);
  for (const auto* t : *list)
    EXPECT_TRUE(t->info.read_only) << t->info.name;
  EXPECT_EQ(listed("read-only")->size(), 5U);
  EXPECT_THAT(instructions(*list), ::testing::Not(HasSubstr("spawn_run")));
}

TEST(Toolsets, NameTheNearestRightWord) {
  EXPECT_THAT(listed("verb").error().message, HasSubstr("did you mean verbs?"));
  EXPECT_THAT(
    listed("runs,xyzzy").error().message,
    HasSubstr(
      "allowed are runs, artifacts, agents, verbs, teams, worktrees, all, read-only"));
}

TEST(Instructions, StayBelowWhatClientsCut) {
  for (const auto* toolsets :
       {"runs", "artifacts", "agents", "verbs", "teams", "worktrees", "all"})
    EXPECT_LT(instructions(*listed(toolsets)).size(), 2000U) << toolsets;
}

TEST(Instructions, SpeakOnlyOfListedTools) {
  EXPECT_THAT(instructions(*listed("runs")), HasSubstr("wait_runs"));
  EXPECT_THAT(
    instructions(*listed("runs")), ::testing::Not(HasSubstr("start_claude_session")));
  EXPECT_THAT(instructions(*listed("verbs")), HasSubstr("start_claude_session"));
}

TEST(LeanSchema, DropsDefaultsThatSayNothing) {
  const json schema{
    {"type", "object"},
    {"properties",
     {{"a", {{"type", "object"}, {"default", json::object()}}},
      {"b", {{"type", "integer"}, {"default", 0}}},
      {"c", {{"properties", {{"d", {{"default", 1}}}}}, {"default", {{"d", 1}}}}}}}};

  const auto lean_one = lean(schema)["properties"];

  EXPECT_FALSE(lean_one["a"].contains("default"));
  EXPECT_EQ(lean_one["b"]["default"], 0);
  EXPECT_FALSE(lean_one["c"].contains("default"));
  EXPECT_EQ(lean_one["c"]["properties"]["d"]["default"], 1);
}

} // namespace
} // namespace troupe::mcp
