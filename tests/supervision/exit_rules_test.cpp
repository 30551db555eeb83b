#include "supervision/exit_rules.hpp"

#include "golden.hpp"

#include <gtest/gtest.h>

#include <map>

namespace troupe::supervision {
namespace {

constexpr auto kinds = names(exit_kind{});

end_facts by_protocol(exit_reason why) {
  return {.by_protocol = std::move(why)};
}

exit_reason killed_by(int signal) {
  return {.reason = exit_kind::crashed, .signal = signal};
}

std::string table() {
  std::string text = "| reason | rule | when it is final |\n|---|---|---|\n";
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const auto kind = static_cast<exit_kind>(i);
    text += "| `" + std::string(kinds[i]) + "` | " +
            std::string(meaning(rule_of(kind))) + " | " + std::string(advice(kind)) +
            " |\n";
  }
  return text;
}

TEST(ExitRules, GiveEachReasonTheRuleOfTheDesign) {
  using enum exit_kind;
  const std::map<exit_kind, exit_rule> wanted{
    {completed, exit_rule::done},
    {crashed, exit_rule::restart},
    {protocol_error, exit_rule::restart},
    {lost, exit_rule::restart},
    {hung, exit_rule::restart},
    {timeout, exit_rule::restart},
    {oom, exit_rule::restart_once},
    {overloaded, exit_rule::restart_late},
    {rate_limited, exit_rule::wait_until},
    {agent_error, exit_rule::fail},
    {spawn_failed, exit_rule::fail},
    {auth, exit_rule::fail},
    {budget, exit_rule::fail},
    {output, exit_rule::fail},
    {disk, exit_rule::wait_for_room},
    {cancelled, exit_rule::never},
    {shutdown, exit_rule::never},
  };
  ASSERT_EQ(wanted.size(), kinds.size());
  for (const auto& [kind, rule] : wanted)
    EXPECT_EQ(rule_of(kind), rule) << names(kind)[static_cast<std::size_t>(kind)];
}

TEST(ExitRules, AreListedInTheDocumentationAsTheyAre) {
  const test::golden_part document(
    "supervision.md", "<!-- exit rules: generated -->", "<!-- end -->");
  EXPECT_EQ(document.read_or_update(table()), table())
    << "docs/supervision.md is out of date; run this test with UPDATE_GOLDEN=1";
}

TEST(ExitRules, AdviseOnEveryReasonThatFails) {
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const auto kind = static_cast<exit_kind>(i);
    const auto rule = rule_of(kind);
    if (rule == exit_rule::done || rule == exit_rule::never)
      continue;
    EXPECT_TRUE(advice(kind).ends_with('.')) << kinds[i];
  }
}

TEST(ExitRules, HaveWordsForEveryRule) {
  for (std::size_t i = 0; i < names(exit_rule{}).size(); ++i)
    EXPECT_FALSE(meaning(static_cast<exit_rule>(i)).empty()) << i;
}

TEST(Classify, PassesTheWordOfTheProtocolOn) {
  const exit_reason said{.reason = exit_kind::overloaded, .detail = "529", .code = 1};
  EXPECT_EQ(classify(by_protocol(said)), said);
}

TEST(Classify, LetsAStopByOrderWinOverAResult) {
  auto facts = by_protocol({.reason = exit_kind::completed, .code = 0});
  facts.result_seen = true;
  facts.detail = "cancelled by the client";
  for (const auto order : {exit_kind::cancelled, exit_kind::shutdown}) {
    facts.ended_by_us = order;
    const auto why = classify(facts);
    EXPECT_EQ(why.reason, order);
    EXPECT_EQ(why.detail, "cancelled by the client");
    EXPECT_EQ(why.code, 0);
  }
}

TEST(Classify, LetsATerminalResultWinOverEverythingElse) {
  auto facts = by_protocol({.reason = exit_kind::completed, .signal = 9});
  facts.result_seen = true;
  facts.oom = "proved";
  facts.status_known = false;
  for (const auto ours : {exit_kind::hung, exit_kind::timeout, exit_kind::output}) {
    facts.ended_by_us = ours;
    EXPECT_EQ(classify(facts).reason, exit_kind::completed);
  }
}

TEST(Classify, LetsALateResultWinUnlessItOnlySaysThatItWasInterrupted) {
  for (const auto said : {exit_kind::completed, exit_kind::rate_limited}) {
    auto facts = by_protocol({.reason = said});
    facts.result_seen = true;
    facts.ended_by_us = exit_kind::hung;
    EXPECT_EQ(classify(facts).reason, said);
  }
  auto facts = by_protocol({.reason = exit_kind::agent_error, .detail = "interrupted"});
  facts.result_seen = true;
  EXPECT_EQ(classify(facts).reason, exit_kind::agent_error);
  facts.ended_by_us = exit_kind::hung;
  facts.detail = "said nothing for 30 s";
  EXPECT_EQ(classify(facts).reason, exit_kind::hung);
  EXPECT_EQ(classify(facts).detail, "said nothing for 30 s");
}

TEST(Classify, NamesWhyWeEndedItBeforeWhatTheKernelSaw) {
  auto facts = by_protocol(killed_by(9));
  facts.ended_by_us = exit_kind::hung;
  facts.oom = "proved";
  facts.detail = "said nothing for 30 s";
  const auto why = classify(facts);
  EXPECT_EQ(why.reason, exit_kind::hung);
  EXPECT_EQ(why.detail, "said nothing for 30 s");
  EXPECT_EQ(why.signal, 9);
}

TEST(Classify, BelievesInMemoryOnlyWhenItIsProved) {
  auto facts = by_protocol(killed_by(9));
  facts.oom = "proved";
  EXPECT_EQ(classify(facts).reason, exit_kind::oom);
  facts.oom = "likely";
  EXPECT_EQ(classify(facts).reason, exit_kind::crashed);
  EXPECT_EQ(classify(facts).detail, "perhaps killed for memory");
}

TEST(Classify, CallsWhatNeverStartedAFailedSpawn) {
  auto facts = by_protocol({});
  facts.refusal = "/no/such/agent: no such file";
  facts.status_known = false;
  const auto why = classify(facts);
  EXPECT_EQ(why.reason, exit_kind::spawn_failed);
  EXPECT_EQ(why.detail, "/no/such/agent: no such file");
}

TEST(Classify, CallsACrashThatNobodySawLost) {
  auto facts = by_protocol({.reason = exit_kind::crashed});
  facts.status_known = false;
  EXPECT_EQ(classify(facts).reason, exit_kind::lost);
  facts.by_protocol.reason = exit_kind::rate_limited;
  facts.by_protocol.until = timestamp{1'000};
  EXPECT_EQ(classify(facts).reason, exit_kind::rate_limited);
  EXPECT_EQ(classify(facts).until, timestamp{1'000});
}

TEST(Describe, NamesTheSignalOrTheCodeBehindTheReason) {
  EXPECT_EQ(describe(killed_by(9)), "crashed (signal 9)");
  EXPECT_EQ(describe({.reason = exit_kind::crashed, .code = 3}), "crashed (code 3)");
  EXPECT_EQ(describe({.reason = exit_kind::auth, .code = 1}), "auth");
}

} // namespace
} // namespace troupe::supervision
