#include "acp/talk.hpp"

namespace troupe::agents::acp {
namespace {

using AcpTools = Acp;

TEST_F(AcpTools, AreMergedByTheirIds) {
  open();
  const json named{{"claudeCode", {{"toolName", "Bash"}}}};

  const auto begun = c_->print(tool(
    "tool_call",
    {{"_meta", named},
     {"kind", "execute"},
     {"title", "Terminal"},
     {"status", "pending"},
     {"rawInput", json::object()}}));
  const auto known =
    c_->print(tool("tool_call", {{"rawInput", {{"command", "make"}}}}));
  const auto done = c_->print(
    tool("tool_call_update", {{"status", "failed"}, {"rawOutput", "Exit code 3"}}));

  EXPECT_THAT(told(begun), IsEmpty());
  EXPECT_THAT(
    told(known),
    ElementsAre(R"(command_started {"command":"make","tool_use_id":"t1"})"));
  EXPECT_THAT(
    told(done),
    ElementsAre(R"(command_finished {"command":"make","tool_use_id":"t1",)"
                R"("output":"Exit code 3","is_error":true,"exit_code":3})"));
  EXPECT_EQ((*c_)->open_tools(), 0);
}

TEST_F(AcpTools, NeedNoBeginning) {
  open();

  const auto out = c_->print(tool(
    "tool_call_update",
    {{"kind", "read"}, {"title", "r.txt"}, {"status", "completed"}}));

  EXPECT_THAT(
    told(out), ElementsAre(HasSubstr("tool_started"), HasSubstr("tool_finished")));
}

TEST_F(AcpTools, EndOnce) {
  open();
  c_->print(tool("tool_call", {{"kind", "read"}, {"status", "completed"}}));

  const auto again = c_->print(tool("tool_call_update", {{"status", "completed"}}));

  EXPECT_THAT(told(again), IsEmpty());
  EXPECT_EQ((*c_)->open_tools(), 0);
}

TEST_F(AcpTools, AreSignsOfLifeFromTheFirstWord) {
  open();

  c_->print(tool("tool_call", {{"kind", "execute"}, {"status", "pending"}}));

  EXPECT_EQ((*c_)->open_tools(), 1);
  EXPECT_EQ((*c_)->oldest_tool(), 1u);
  finish("end_turn");
  EXPECT_EQ((*c_)->oldest_tool(), 0u);
}

TEST_F(AcpTools, NameTheScriptOfAShell) {
  open();

  const auto out = c_->print(tool(
    "tool_call",
    {{"kind", "execute"},
     {"status", "in_progress"},
     {"rawInput", {{"command", json::array({"/bin/bash", "-lc", "make all"})}}}}));

  EXPECT_THAT(told(out), ElementsAre(HasSubstr(R"("command":"make all")")));
}

TEST_F(AcpTools, NameAServerOfTools) {
  open();

  const auto out = c_->print(tool(
    "tool_call",
    {{"status", "in_progress"}, {"rawInput", {{"server", "s"}, {"tool", "echo"}}}}));

  EXPECT_THAT(told(out), ElementsAre(HasSubstr(R"("tool":"mcp__s__echo")")));
}

TEST_F(AcpTools, TellTheFilesTheyChanged) {
  open();
  const json made{
    {"type", "diff"}, {"path", "/srv/new"}, {"oldText", nullptr}, {"newText", "x"}};
  const json changed{
    {"type", "diff"}, {"path", "/srv/old"}, {"oldText", "a"}, {"newText", "b"}};
  c_->print(tool(
    "tool_call",
    {{"kind", "edit"},
     {"status", "in_progress"},
     {"content", json::array({made, changed})}}));

  const auto done = c_->print(tool("tool_call_update", {{"status", "completed"}}));

  EXPECT_THAT(
    told(done),
    ElementsAre(
      R"(file_changed {"path":"/srv/new","change":"create"})",
      R"(file_changed {"path":"/srv/old","change":"update"})",
      HasSubstr("tool_finished")));
}

TEST_F(AcpTools, AreBounded) {
  open();
  for (int i = 0; i < 1100; ++i) {
    auto call = update("tool_call", {{"status", "pending"}});
    call["params"]["update"]["toolCallId"] = std::to_string(i);
    c_->print(call);
  }

  EXPECT_EQ((*c_)->open_tools(), 1024);
}

} // namespace
} // namespace troupe::agents::acp
