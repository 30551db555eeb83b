#include "agents/codex/failures.hpp"

#include <gmock/gmock.h>

namespace troupe::agents::codex {

namespace {

using testing::HasSubstr;

json failed(json info, std::string_view message = "it failed") {
  return {{"message", message}, {"codexErrorInfo", std::move(info)}};
}

json with_status(int status) {
  return failed({{"httpConnectionFailed", {{"httpStatusCode", status}}}});
}

exit_kind kind_of(const json& error) {
  return judge_failure(error, {}).reason;
}

TEST(CodexFailures, GoByTheNameOfTheError) {
  EXPECT_EQ(kind_of(failed("usageLimitExceeded")), exit_kind::rate_limited);
  EXPECT_EQ(kind_of(failed("serverOverloaded")), exit_kind::overloaded);
  EXPECT_EQ(kind_of(failed("internalServerError")), exit_kind::overloaded);
  EXPECT_EQ(kind_of(failed("unauthorized")), exit_kind::auth);
  EXPECT_EQ(kind_of(failed("sessionBudgetExceeded")), exit_kind::budget);
  EXPECT_EQ(kind_of(failed("contextWindowExceeded")), exit_kind::agent_error);
}

TEST(CodexFailures, GoByTheStatusOfTheService) {
  EXPECT_EQ(kind_of(with_status(401)), exit_kind::auth);
  EXPECT_EQ(kind_of(with_status(403)), exit_kind::auth);
  EXPECT_EQ(kind_of(with_status(404)), exit_kind::agent_error);
  EXPECT_EQ(kind_of(with_status(429)), exit_kind::rate_limited);
  EXPECT_EQ(kind_of(with_status(503)), exit_kind::overloaded);
  EXPECT_EQ(
    kind_of(failed({{"responseStreamDisconnected", {{"httpStatusCode", nullptr}}}})),
    exit_kind::overloaded);
}

TEST(CodexFailures, GoByTheWordsWhereThereIsNothingElse) {
  EXPECT_EQ(
    kind_of(failed("other", "Missing environment variable: `KEY`.")), exit_kind::auth);
  EXPECT_EQ(
    kind_of(failed("other", "stream disconnected before completion: x")),
    exit_kind::overloaded);
  EXPECT_EQ(
    kind_of(failed(
      "other",
      "stream disconnected before completion: Incomplete response returned, reason: "
      "content_filter")),
    exit_kind::agent_error);
}

TEST(CodexFailures, TellTheMessageOfTheServiceItself) {
  const auto reason = judge_failure(
    failed("other", R"({"error":{"message":"no such model","type":"x"}})"), {});

  EXPECT_EQ(reason.detail, "no such model");
}

TEST(CodexFailures, HaveTheEndOfALimitThatWasHit) {
  EXPECT_EQ(
    judge_failure(failed("usageLimitExceeded"), timestamp{5000}).until,
    timestamp{5000});
  EXPECT_EQ(judge_failure(failed("other"), timestamp{5000}).until, std::nullopt);
}

TEST(CodexFailures, TellAThreadThatAnotherProcessHolds) {
  const json error{{"message", "thread t1 already has an active writer"}};

  EXPECT_FALSE(is_unknown_session(error));
  EXPECT_EQ(judge_refusal(error, "t1").reason, exit_kind::protocol_error);
}

TEST(CodexEnd, IsACrashWhereATurnRanWhateverTheExitCode) {
  EXPECT_EQ(judge_end({.code = 0}, true, true).reason, exit_kind::crashed);
  EXPECT_EQ(judge_end({.signal = 9}, true, true).reason, exit_kind::crashed);
  EXPECT_EQ(judge_end({.code = 0}, false, true).reason, exit_kind::completed);
  EXPECT_EQ(judge_end({}, true, true).reason, exit_kind::lost);
}

TEST(CodexEnd, IsTheAgentsOwnErrorWhereItSaidNothingButThat) {
  const process_end how{
    .code = 2, .stderr_tail = "error: unexpected argument\n\nUsage: codex\n"};

  EXPECT_EQ(judge_end(how, true, false).reason, exit_kind::agent_error);
  EXPECT_THAT(judge_end(how, true, false).detail, HasSubstr("unexpected argument"));
  EXPECT_EQ(judge_end(how, true, true).reason, exit_kind::crashed);
}

} // namespace

} // namespace troupe::agents::codex
