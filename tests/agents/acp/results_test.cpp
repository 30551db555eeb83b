#include "agents/acp/results.hpp"

#include <gmock/gmock.h>

namespace troupe::agents::acp {
namespace {

using testing::HasSubstr;

exit_kind kind_of(const json& error) {
  return judge_error(error).reason;
}

TEST(AcpResults, JudgesErrorsAsTheAgentsPutThem) {
  const json claude{
    {"code", -32603},
    {"message", "Internal error: API Error: 400 stub failure 400"},
    {"data", {{"errorKind", "unknown"}}}};
  const json codex{
    {"code", -32603},
    {"message", "Internal error"},
    {"data", {{"message", "unexpected status 401 Unauthorized: x"}}}};

  EXPECT_EQ(kind_of(claude), exit_kind::agent_error);
  EXPECT_EQ(kind_of(codex), exit_kind::auth);
  EXPECT_EQ(
    kind_of({{"data", {{"errorKind", "server_error"}}}}), exit_kind::overloaded);
  EXPECT_EQ(
    kind_of({{"data", {{"codex_error_info", "internal_server_error"}}}}),
    exit_kind::overloaded);
  EXPECT_EQ(
    kind_of({{"code", 429}, {"message", "slow down"}}), exit_kind::rate_limited);
  EXPECT_EQ(kind_of({{"code", 503}}), exit_kind::overloaded);
  EXPECT_EQ(kind_of({{"code", -32000}}), exit_kind::auth);
  EXPECT_EQ(
    kind_of({{"message", "You've hit your limit · resets 3am"}}),
    exit_kind::rate_limited);
}

TEST(AcpResults, PutsTheDetailsIntoTheWords) {
  EXPECT_EQ(
    words_of({{"message", "Internal error"}, {"data", {{"details", "No previous"}}}}),
    "Internal error: No previous");
}

TEST(AcpResults, JudgesWhyATurnStopped) {
  const auto kind = [](std::string_view why) {
    return judge_stop(why, {}).reason.reason;
  };

  EXPECT_EQ(kind("end_turn"), exit_kind::completed);
  EXPECT_EQ(kind("max_turn_requests"), exit_kind::budget);
  EXPECT_EQ(kind("max_tokens"), exit_kind::agent_error);
  EXPECT_EQ(kind("refusal"), exit_kind::agent_error);
  EXPECT_EQ(kind("cancelled"), exit_kind::agent_error);
  EXPECT_THAT(judge_stop("bored", {}).reason.detail, HasSubstr("bored"));
}

TEST(AcpResults, TakesASilentEndAfterAnInterruptOrADenialForNoAnswer) {
  const auto interrupted = judge_stop("end_turn", {.interrupted = true});
  const auto denied = judge_stop("end_turn", {.denied = true});
  const auto spoken = judge_stop("end_turn", {.interrupted = true, .last_text = "so"});

  EXPECT_EQ(interrupted.reason.reason, exit_kind::agent_error);
  EXPECT_EQ(interrupted.reason.detail, "interrupted");
  EXPECT_THAT(denied.reason.detail, HasSubstr("a permission was denied"));
  EXPECT_FALSE(denied.result.final_response);
  EXPECT_EQ(spoken.reason.reason, exit_kind::completed);
}

TEST(AcpResults, KeepsWhatWasSaidBeforeACut) {
  const auto end = judge_stop("max_tokens", {.last_text = "half"});

  EXPECT_EQ(end.result.final_response, "half");
}

TEST(AcpResults, JudgesTheEndOfAProcess) {
  EXPECT_EQ(judge_end({.code = 0}, false, true).reason, exit_kind::completed);
  EXPECT_EQ(judge_end({.code = 0}, true, true).reason, exit_kind::crashed);
  EXPECT_EQ(judge_end({.signal = 9}, true, true).reason, exit_kind::crashed);
  EXPECT_EQ(judge_end({}, true, true).reason, exit_kind::lost);
  const auto usage =
    judge_end({.code = 1, .stderr_tail = "unknown option --acp\n"}, true, false);
  EXPECT_EQ(usage.reason, exit_kind::agent_error);
  EXPECT_EQ(usage.detail, "unknown option --acp");
}

} // namespace
} // namespace troupe::agents::acp
