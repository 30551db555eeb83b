#include "a2a/run_task.hpp"

#include <gmock/gmock.h>

namespace troupe::a2a {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

json event(const char* type, json data) {
  return {
    {"seq", 7},
    {"ts", "2026-01-01T00:00:00.000Z"},
    {"run_id", "r_1"},
    {"session_id", "s_1"},
    {"type", type},
    {"data", std::move(data)}};
}

TEST(RunTask, IsTheRunInTheWordsOfEitherVersion) {
  const json view{
    {"run_id", "r_1"},
    {"session_id", "s_1"},
    {"status", "completed"},
    {"updated_at", "2026-01-01T00:00:00.000Z"},
    {"result", {{"final_response", "done"}, {"structured_output", {{"x", 1}}}}}};

  const auto v1 = task_of(view, dialect::v1);
  const auto old = task_of(view, dialect::v03);

  EXPECT_EQ(v1["id"], "r_1");
  EXPECT_EQ(v1["contextId"], "s_1");
  EXPECT_EQ(v1["status"]["state"], "TASK_STATE_COMPLETED");
  EXPECT_EQ(v1["artifacts"][0]["parts"][0], (json{{"text", "done"}}));
  EXPECT_EQ(v1["artifacts"][0]["parts"][1], (json{{"data", {{"x", 1}}}}));
  EXPECT_EQ(old["kind"], "task");
  EXPECT_EQ(old["status"]["state"], "completed");
  EXPECT_EQ(old["artifacts"][0]["parts"][0]["kind"], "text");
}

TEST(RunTask, WaitsForWhatTheRunWaitsFor) {
  const json request{{"request_id", "q1"}, {"title", "which?"}};
  const json view{
    {"run_id", "r_1"},
    {"session_id", "s_1"},
    {"status", "input_required"},
    {"pending", json::array({request})}};

  const auto status = task_of(view, dialect::v1)["status"];

  EXPECT_EQ(status["state"], "TASK_STATE_INPUT_REQUIRED");
  EXPECT_EQ(status["message"]["messageId"], "r_1/q1");
  EXPECT_EQ(status["message"]["parts"][0]["text"], "which?");
  EXPECT_EQ(status["message"]["parts"][1]["data"]["request"], request);
}

TEST(RunUpdates, EndWithTheRun) {
  const auto answer =
    updates_of(event("run_completed", {{"final_response", "done"}}), dialect::v1);
  const auto end =
    updates_of(event("status_changed", {{"status", "completed"}}), dialect::v03);

  ASSERT_THAT(answer.updates, SizeIs(1));
  EXPECT_EQ(
    answer.updates[0]["artifactUpdate"]["artifact"]["parts"][0]["text"], "done");
  EXPECT_FALSE(answer.last);
  ASSERT_THAT(end.updates, SizeIs(1));
  EXPECT_EQ(end.updates[0]["kind"], "status-update");
  EXPECT_EQ(end.updates[0]["final"], true);
  EXPECT_TRUE(end.last);
}

TEST(RunUpdates, EndAFailureWithItsWords) {
  const auto end =
    updates_of(event("run_failed", {{"error", "it broke"}}), dialect::v1);

  ASSERT_THAT(end.updates, SizeIs(1));
  const auto& status = end.updates[0]["statusUpdate"]["status"];
  EXPECT_EQ(status["state"], "TASK_STATE_FAILED");
  EXPECT_EQ(status["message"]["parts"][0]["text"], "it broke");
  EXPECT_TRUE(end.last);
}

TEST(RunUpdates, EndWithAQuestion) {
  const auto asked = updates_of(
    event("input_required", {{"request_id", "q1"}, {"title", "which?"}}), dialect::v1);

  EXPECT_TRUE(asked.last);
  EXPECT_EQ(
    asked.updates[0]["statusUpdate"]["status"]["state"], "TASK_STATE_INPUT_REQUIRED");
}

TEST(RunUpdates, AreWordsAndNoChatter) {
  const auto said = updates_of(event("agent_message", {{"text", "hi"}}), dialect::v1);
  const auto other = updates_of(event("tool_started", {{"tool", "x"}}), dialect::v1);

  EXPECT_EQ(
    said.updates[0]["statusUpdate"]["status"]["message"]["parts"][0]["text"], "hi");
  EXPECT_THAT(other.updates, IsEmpty());
}

TEST(Input, IsTextAndData) {
  const auto plain = input_of({{"parts", json::array({{{"text", "do it"}}})}});
  const auto answer = input_of(
    {{"parts",
      json::array({{{"text", "allow"}}, {{"data", {{"decision", "allow"}}}}})}});

  ASSERT_TRUE(plain);
  EXPECT_EQ((*plain)["parts"][0]["text"], "do it");
  ASSERT_TRUE(answer);
  EXPECT_THAT((*answer)["parts"], SizeIs(1));
  EXPECT_EQ((*answer)["parts"][0]["data"]["decision"], "allow");
  EXPECT_FALSE(input_of({{"parts", json::array()}}));
  EXPECT_FALSE(input_of({{"parts", json::array({{{"url", 1}}})}}));
  EXPECT_FALSE(input_of("text"));
}

TEST(Input, IsAFileOfEitherVersion) {
  const json ours{
    {"type", "file"},
    {"bytes_base64", "AAAA"},
    {"mime_type", "image/png"},
    {"name", "a.png"}};
  const auto of = [](json part) {
    const auto input = input_of({{"parts", json::array({std::move(part)})}});
    return input ? (*input)["parts"][0] : json(input.error().message);
  };

  EXPECT_EQ(
    of({{"raw", "AAAA"}, {"mediaType", "image/png"}, {"filename", "a.png"}}), ours);
  EXPECT_EQ(
    of(
      {{"kind", "file"},
       {"file", {{"bytes", "AAAA"}, {"mimeType", "image/png"}, {"name", "a.png"}}}}),
    ours);
  EXPECT_EQ(
    of({{"url", "https://x.test/a"}}),
    (json{{"type", "file"}, {"uri", "https://x.test/a"}}));
}

} // namespace
} // namespace troupe::a2a
