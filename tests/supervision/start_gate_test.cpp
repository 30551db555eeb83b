#include "supervision/start_gate.hpp"

#include <gmock/gmock.h>

namespace troupe::supervision {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

attempt_end crash(std::string run, moment at = 0s) {
  return {
    .run_id = std::move(run),
    .backend = "b",
    .account = "mine",
    .why = {.reason = exit_kind::crashed, .detail = "boom", .code = 1},
    .at = at};
}

attempt_end limit(std::string run, moment until) {
  return {
    .run_id = std::move(run),
    .backend = "b",
    .account = "mine",
    .why = {.reason = exit_kind::rate_limited},
    .until = until,
    .again = timestamp{1'795'000'000'000}};
}

struct StartGate : testing::Test {
  start_gate gate{{.live_runs = 4, .incident = {.runs = 2}}};

  /// What is said: `go a`, or `a: cause`.
  std::vector<std::string> said(moment now) {
    std::vector<std::string> lines;
    for (const auto& word : gate.words(now))
      lines.push_back(word.go ? "go " + word.run_id : word.run_id + ": " + word.cause);
    return lines;
  }
};

TEST_F(StartGate, IsOpen) {
  gate.asks("a", "", "mine");
  gate.asks("b", "", "");
  EXPECT_THAT(said(0s), ElementsAre("go a", "go b"));
  EXPECT_THAT(said(0s), IsEmpty());
  EXPECT_FALSE(gate.next_check());
}

TEST_F(StartGate, HoldsEverybodyForAReasonAndLetsThemGoInOrder) {
  gate.asks("b", "", "");
  gate.hold("no room");
  gate.asks("a", "", "");
  EXPECT_THAT(said(0s), ElementsAre("b: no room", "a: no room"));
  EXPECT_THAT(said(1s), IsEmpty());
  gate.asks("a", "", "");
  EXPECT_THAT(said(1s), ElementsAre("a: no room")) << "asked again, told again";
  gate.lift();
  EXPECT_THAT(said(2s), ElementsAre("go a", "go b"));
}

TEST_F(StartGate, MakesSiblingsOfAnAccountWaitForItsLimit) {
  gate.ended(limit("a", 60s), 0s, 0);
  gate.asks("b", "", "mine");
  gate.asks("c", "", "yours");
  EXPECT_THAT(
    said(1s),
    ElementsAre(HasSubstr("b: waits for the end of the usage limit"), "go c"));
  EXPECT_EQ(gate.next_check(), 60s);
  EXPECT_THAT(said(59s), IsEmpty());
  EXPECT_THAT(said(60s), ElementsAre("go b"));
}

TEST_F(StartGate, SendsOneProbeAfterManyFailures) {
  gate.ended(crash("a"), 0s, 0);
  gate.ended(crash("b"), 0s, 0);
  gate.asks("a", "", "mine");
  gate.asks("b", "", "mine");
  EXPECT_THAT(
    said(1s), ElementsAre("go a", HasSubstr("b: waits for the probe of incident 1")));
  gate.ended(crash("a", 2s), 2s, 0);
  EXPECT_THAT(said(2s), ElementsAre(HasSubstr("; 1 probes have failed")));
  EXPECT_THAT(said(7s), ElementsAre("go b"));
  gate.asks("a", "", "mine");
  EXPECT_THAT(said(8s), ElementsAre(HasSubstr("the probe is run b")));
  gate.ended({.run_id = "b", .backend = "b", .why = {exit_kind::completed}}, 9s, 0);
  EXPECT_THAT(said(9s), ElementsAre("go a"));
}

TEST_F(StartGate, PassesTheAccountBeforeTheIncident) {
  gate.ended(crash("a"), 0s, 0);
  gate.ended(crash("b"), 0s, 0);
  gate.ended(limit("c", 10s), 0s, 0);
  gate.asks("a", "", "mine");
  gate.asks("b", "", "mine");
  EXPECT_THAT(
    said(0s), ElementsAre(HasSubstr("a: waits for the end"), HasSubstr("b: waits")));
  EXPECT_THAT(said(10s), ElementsAre("go a"));
  EXPECT_THAT(said(29s), IsEmpty());
  EXPECT_THAT(said(30s), ElementsAre("go b")) << "the probe of both has held";
}

TEST_F(StartGate, ForgetsWhoLeftAndGivesTheirTurnToTheNext) {
  gate.ended(crash("a"), 0s, 0);
  gate.ended(crash("b"), 0s, 0);
  gate.asks("a", "", "");
  gate.asks("b", "", "");
  EXPECT_EQ(said(0s).size(), 2u);
  gate.left("a");
  EXPECT_THAT(said(0s), ElementsAre("go b"));
  gate.left("b");
  EXPECT_THAT(said(100s), IsEmpty());
}

TEST_F(StartGate, GivesAPlaceBeforeAnythingElse) {
  for (const auto* run : {"a", "b", "c", "d", "e"})
    gate.asks(run, "", "mine");
  EXPECT_THAT(
    said(0s),
    ElementsAre("go a", "go b", "go c", "go d", HasSubstr("e: waits for its turn")));
  gate.ended(limit("a", 60s), 1s, 0);
  gate.left("b");
  EXPECT_THAT(
    said(2s), ElementsAre(HasSubstr("e: waits for the end of the usage limit")));
  gate.asks("a", "", "mine");
  EXPECT_THAT(said(60s), ElementsAre(HasSubstr("a: waits for the end"), "go e"))
    << "a has kept its place";
}

TEST_F(StartGate, LetsGoWhatIsOrderedAndKeepsItsPlace) {
  gate.asks("a", "", "mine");
  EXPECT_THAT(said(0s), ElementsAre("go a"));
  gate.ended(limit("a", 60s), 1s, 0);
  gate.asks("a", "", "mine");
  EXPECT_EQ(said(1s).size(), 1u);
  gate.starts_by_order("a");
  EXPECT_THAT(said(60s), IsEmpty());
  for (const auto* run : {"b", "c", "d", "e"})
    gate.asks(run, "", "");
  EXPECT_THAT(
    said(60s), ElementsAre("go b", "go c", "go d", HasSubstr("e: waits for its turn")));
}

TEST_F(StartGate, LearnsNothingFromAFullDisk) {
  gate.ended(crash("a"), 0s, 0);
  gate.ended(crash("b"), 0s, 0);
  gate.asks("a", "", "");
  gate.asks("b", "", "");
  EXPECT_EQ(said(0s).size(), 2u);
  gate.ended({.run_id = "a", .backend = "b", .why = {exit_kind::disk}}, 1s, 0);
  EXPECT_THAT(said(1s), ElementsAre("go b")) << "the next probe";
}

TEST_F(StartGate, LearnsNothingFromAStopByOrder) {
  gate.ended(crash("a"), 0s, 0);
  gate.ended(crash("b"), 0s, 0);
  gate.ended(crash("c"), 0s, 0);
  for (const auto* run : {"a", "b", "c"})
    gate.asks(run, "", "");
  EXPECT_EQ(said(0s).size(), 3u);
  gate.ended({.run_id = "a", .backend = "b", .why = {exit_kind::cancelled}}, 1s, 0);
  EXPECT_THAT(said(1s), ElementsAre("go b"));
}

} // namespace
} // namespace troupe::supervision
