#include "agents/claude/messages.hpp"

#include "conversation.hpp"

#include <gmock/gmock.h>

namespace troupe::agents::claude {

namespace {

using testing::ElementsAre;
using testing::IsEmpty;

json spoken(json block) {
  return {
    {"message",
     {{"id", "m1"}, {"model", "opus"}, {"content", json::array({std::move(block)})}}}};
}

json call(std::string_view id, std::string_view tool, json input) {
  return spoken(
    {{"type", "tool_use"}, {"id", id}, {"name", tool}, {"input", std::move(input)}});
}

json answer(std::string_view id, json content, bool failed = false) {
  return spoken(
    {{"type", "tool_result"},
     {"tool_use_id", id},
     {"content", std::move(content)},
     {"is_error", failed}});
}

class ClaudeMessages : public testing::Test {
protected:
  std::vector<std::string> assistant(const json& line) {
    step out;
    messages_.assistant(line, out);
    return told(out);
  }
  std::vector<std::string> user(const json& line) {
    step out;
    messages_.user(line, out);
    return told(out);
  }

  messages messages_;
};

TEST_F(ClaudeMessages, TellsText) {
  EXPECT_THAT(
    assistant(spoken({{"type", "text"}, {"text", "hi"}})),
    ElementsAre(R"(agent_message {"text":"hi","message_id":"m1","model":"opus"})"));
  EXPECT_EQ(messages_.last_text(), "hi");
}

TEST_F(ClaudeMessages, MarksWhatASubagentSays) {
  auto line = spoken({{"type", "text"}, {"text", "hi"}});
  line["parent_tool_use_id"] = "t1";

  EXPECT_THAT(
    assistant(line),
    ElementsAre(R"(agent_message {"text":"hi","message_id":"m1","model":"opus",)"
                R"("subagent":true,"parent_tool_use_id":"t1"})"));
  EXPECT_EQ(messages_.last_text(), "");
}

TEST_F(ClaudeMessages, MarksAnAbortedText) {
  auto line = spoken({{"type", "text"}, {"text", "ha"}});
  line["aborted"] = true;

  EXPECT_THAT(assistant(line), ElementsAre(testing::HasSubstr(R"("aborted":true)")));
}

TEST_F(ClaudeMessages, WarnsOfAnErrorThatPosesAsText) {
  auto line = spoken({{"type", "text"}, {"text", "API Error: 529"}});
  line["is_api_error_message"] = true;
  line["error"] = "overloaded";
  line["api_error_status"] = 529;

  EXPECT_THAT(
    assistant(line),
    ElementsAre(R"(warning {"kind":"api_error","message":"API Error: 529",)"
                R"("error":"overloaded","status":529})"));
}

TEST_F(ClaudeMessages, TellsThoughts) {
  EXPECT_THAT(
    assistant(spoken({{"type", "thinking"}, {"thinking", "hm"}})),
    ElementsAre(R"(reasoning {"text":"hm"})"));
  EXPECT_THAT(assistant(spoken({{"type", "redacted_thinking"}})), IsEmpty());
}

TEST_F(ClaudeMessages, TellsACommandAndItsEnd) {
  EXPECT_THAT(
    assistant(call("t1", "Bash", {{"command", "ls x"}, {"description", "list"}})),
    ElementsAre(
      R"(command_started {"command":"ls x","tool_use_id":"t1","description":"list"})"));
  EXPECT_EQ(messages_.open_tools(), 1);

  EXPECT_THAT(
    user(answer("t1", "Exit code 2\nls: x", true)),
    ElementsAre(R"(command_finished {"tool_use_id":"t1","command":"ls x",)"
                R"("output":"Exit code 2\nls: x","is_error":true,"exit_code":2})"));
  EXPECT_EQ(messages_.open_tools(), 0);
}

TEST_F(ClaudeMessages, TellsWhichFileWasMadeOrChanged) {
  assistant(call("t1", "Write", {{"file_path", "/a"}, {"content", "x"}}));
  assistant(call("t2", "NotebookEdit", {{"notebook_path", "/n"}}));
  auto made = answer("t1", "done");
  made["tool_use_result"] = {{"type", "create"}};

  EXPECT_THAT(
    user(made),
    ElementsAre(
      R"(file_changed {"path":"/a","change":"create"})",
      R"(tool_finished {"tool_use_id":"t1","tool":"Write","output":"done",)"
      R"("is_error":false})"));
  EXPECT_EQ(
    user(answer("t2", "done")).front(),
    R"(file_changed {"path":"/n","change":"update"})");
}

TEST_F(ClaudeMessages, TellsOfNoChangeIfTheToolFailed) {
  assistant(call("t1", "Edit", {{"file_path", "/a"}}));

  EXPECT_THAT(
    user(answer("t1", "no match", true)),
    ElementsAre(R"(tool_finished {"tool_use_id":"t1","tool":"Edit",)"
                R"("output":"no match","is_error":true})"));
}

TEST_F(ClaudeMessages, TellsTodos) {
  const auto todos = json::array({{{"content", "a"}, {"status", "pending"}}});

  EXPECT_THAT(
    assistant(call("t1", "TodoWrite", {{"todos", todos}})),
    ElementsAre(R"(todo_updated {"todos":[{"content":"a","status":"pending"}]})"));
  EXPECT_THAT(user(answer("t1", "ok")), IsEmpty());
  EXPECT_THAT(
    assistant(call("t2", "TaskCreate", {{"subject", "b"}})),
    ElementsAre(R"(todo_updated {"todos":[{"subject":"b"}],"partial":true})"));
}

TEST_F(ClaudeMessages, JoinsTheBlocksOfAnOutput) {
  assistant(call("t1", "mcp__x__y", {{"n", 1}}));

  EXPECT_THAT(
    user(answer(
      "t1",
      json::array(
        {{{"type", "text"}, {"text", "a"}},
         {{"type", "image"}},
         {{"type", "text"}, {"text", "b"}}}))),
    ElementsAre(R"(tool_finished {"tool_use_id":"t1","tool":"mcp__x__y",)"
                R"("output":"a\n[image]\nb","is_error":false})"));
}

TEST_F(ClaudeMessages, SurvivesAResultWithoutACall) {
  EXPECT_THAT(
    user(answer("t9", nullptr)),
    ElementsAre(R"(tool_finished {"tool_use_id":"t9","tool":"","output":"",)"
                R"("is_error":false})"));
}

TEST_F(ClaudeMessages, WarnsOnceOfAnUnknownBlock) {
  EXPECT_THAT(
    assistant(spoken({{"type", "hologram"}})),
    ElementsAre(
      R"(warning {"kind":"unknown_message","type":"assistant","block":"hologram"})"));
  EXPECT_THAT(assistant(spoken({{"type", "hologram"}})), IsEmpty());
}

TEST_F(ClaudeMessages, ForgetsCallsOfTheMainConversationWithItsTurn) {
  assistant(call("t1", "Bash", {{"command", "a"}}));
  auto below = call("t2", "Bash", {{"command", "b"}});
  below["parent_tool_use_id"] = "t0";
  assistant(below);

  messages_.turn_over();

  EXPECT_EQ(messages_.open_tools(), 1);
}

TEST(ClaudeSubject, IsWhatPatternsAreComparedWith) {
  EXPECT_EQ(subject_of("Bash", {{"command", "ls"}}), "ls");
  EXPECT_EQ(subject_of("Edit", {{"file_path", "/a"}}), "/a");
  EXPECT_EQ(subject_of("WebFetch", {{"url", "http://x"}}), R"({"url":"http://x"})");
}

} // namespace

} // namespace troupe::agents::claude
