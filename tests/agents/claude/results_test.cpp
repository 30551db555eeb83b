#include "agents/claude/results.hpp"

#include <gmock/gmock.h>

namespace troupe::agents::claude {

namespace {

using testing::HasSubstr;

/// One row of the table of results (docs: what Claude Code reports, and what it means).
struct row {
  std::string name;
  json result;
  exit_kind kind;
};

json api_error(std::string_view text, json more) {
  json result{{"subtype", "success"}, {"is_error", true}, {"result", text}};
  result.update(more);
  return result;
}

json failure(std::string_view subtype, std::string_view terminal_reason) {
  return {
    {"subtype", subtype},
    {"is_error", true},
    {"terminal_reason", terminal_reason},
    {"errors", {"words"}}};
}

const std::vector<row> rows{
  {"Success",
   {{"subtype", "success"}, {"is_error", false}, {"result", "ok"}},
   exit_kind::completed},
  {"BadRequest", api_error("no", {{"api_error_status", 400}}), exit_kind::agent_error},
  {"NotFound", api_error("no", {{"api_error_status", 404}}), exit_kind::agent_error},
  {"TooLarge", api_error("no", {{"api_error_status", 413}}), exit_kind::agent_error},
  {"Refusal", api_error("flagged", json::object()), exit_kind::agent_error},
  {"OutputLimit",
   api_error("no", {{"api_error", "max_output_tokens"}}),
   exit_kind::agent_error},
  {"Unauthorized", api_error("no", {{"api_error_status", 401}}), exit_kind::auth},
  {"Forbidden", api_error("no", {{"api_error_status", 403}}), exit_kind::auth},
  {"NotLoggedIn",
   api_error("Not logged in · Please run /login", json::object()),
   exit_kind::auth},
  {"TooManyRequests",
   api_error("no", {{"api_error_status", 429}}),
   exit_kind::rate_limited},
  {"UsageLimit",
   api_error("Claude AI usage limit reached|1795164805", json::object()),
   exit_kind::rate_limited},
  {"ServerError", api_error("no", {{"api_error_status", 500}}), exit_kind::overloaded},
  {"Unavailable", api_error("no", {{"api_error_status", 503}}), exit_kind::overloaded},
  {"Overloaded", api_error("no", {{"api_error_status", 529}}), exit_kind::overloaded},
  {"OverloadedByType",
   api_error("no", {{"api_error_type", "overloaded_error"}}),
   exit_kind::overloaded},
  {"Unreachable",
   api_error("no", {{"api_error", "connection_failed"}}),
   exit_kind::overloaded},
  {"MaxTurns", failure("error_max_turns", "max_turns"), exit_kind::budget},
  {"MaxBudget", failure("error_max_budget_usd", "budget_exhausted"), exit_kind::budget},
  {"Aborted",
   failure("error_during_execution", "aborted_tools"),
   exit_kind::agent_error},
  {"UnknownSubtype", failure("error_new", ""), exit_kind::agent_error},
  {"NothingAtAll", json::object(), exit_kind::agent_error},
};

class ClaudeResult : public testing::TestWithParam<row> {};

TEST_P(ClaudeResult, HasItsReason) {
  EXPECT_EQ(judge(GetParam().result, {}).reason.reason, GetParam().kind);
}

INSTANTIATE_TEST_SUITE_P(
  Table, ClaudeResult, testing::ValuesIn(rows), [](const auto& each) {
    return each.param.name;
  });

TEST(ClaudeResults, CarryTheAnswer) {
  const auto end = judge(
    {{"subtype", "success"},
     {"is_error", false},
     {"result", "ok"},
     {"structured_output", {{"n", 1}}}},
    {});

  EXPECT_EQ(end.result.final_response, "ok");
  EXPECT_EQ(end.result.structured_output, raw_json{R"({"n":1})"});
}

TEST(ClaudeResults, KnowWhenALimitEnds) {
  const auto by_text =
    judge(api_error("usage limit reached|1795164805", json::object()), {});
  const auto by_event = judge(
    api_error("no", {{"api_error_status", 429}}), {.limit_until = timestamp{5000}});

  EXPECT_EQ(by_text.reason.until, timestamp{1795164805000});
  EXPECT_EQ(by_event.reason.until, timestamp{5000});
  EXPECT_FALSE(judge(api_error("no", {{"api_error_status", 429}}), {}).reason.until);
}

TEST(ClaudeResults, TellAnInterruptFromAFailure) {
  const auto midway = failure("error_during_execution", "");

  EXPECT_EQ(judge(midway, {.interrupted = true}).reason.detail, "interrupted");
  EXPECT_EQ(judge(midway, {}).reason.detail, "words");
}

TEST(ClaudeResults, SayThatASessionIsNotKnown) {
  const auto end = judge(
    {{"subtype", "error_during_execution"},
     {"is_error", true},
     {"session_id", "abc"},
     {"errors", {"No conversation found with session ID: abc"}}},
    {});

  EXPECT_EQ(end.reason.reason, exit_kind::protocol_error);
  EXPECT_EQ(
    end.reason.detail,
    "session abc is not known any more; start with session_mode new");
  EXPECT_EQ(end.reason.session_lost, true);
}

TEST(ClaudeEnd, IsJudgedWithoutAResult) {
  const auto kind = [](const process_end& how, bool asked = true, bool said = false) {
    return judge_end(how, asked, said).reason;
  };

  EXPECT_EQ(kind({.code = 143}), exit_kind::crashed);
  EXPECT_EQ(kind({.code = 129}), exit_kind::crashed);
  EXPECT_EQ(kind({.code = 0}), exit_kind::crashed);
  EXPECT_EQ(kind({.code = 0}, false), exit_kind::completed);
  EXPECT_EQ(kind({.signal = 9}), exit_kind::crashed);
  EXPECT_EQ(kind({}), exit_kind::lost);
  EXPECT_EQ(
    kind({.code = 1, .stderr_tail = "error: unknown option"}), exit_kind::agent_error);
  EXPECT_EQ(
    kind({.code = 1, .stderr_tail = "segfault"}, true, true), exit_kind::crashed);
  EXPECT_EQ(kind({.code = 1, .stderr_tail = "Not logged in"}), exit_kind::auth);
  EXPECT_EQ(
    kind({.code = 1, .stderr_tail = "No conversation found with session ID: x"}),
    exit_kind::protocol_error);
  EXPECT_EQ(
    kind({.code = 1, .stderr_tail = "Error parsing streaming input line"}),
    exit_kind::protocol_error);
}

TEST(ClaudeEnd, SaysWhatStderrSaidLast) {
  const auto reason =
    judge_end({.code = 1, .stderr_tail = "a\nerror: b\n"}, true, false);

  EXPECT_EQ(reason.detail, "error: b");
  EXPECT_EQ(reason.code, 1);
  EXPECT_EQ(judge_end({.signal = 9}, true, true).detail, "ended without a result");
}

} // namespace

} // namespace troupe::agents::claude
