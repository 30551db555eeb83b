#include "supervision/lifecycle.hpp"

#include "golden.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace troupe::supervision {
namespace {

using enum run_event;
using phase = run_phase;
using exits = std::map<run_event, phase>;

constexpr auto phases = names(run_phase{}).size();
constexpr auto events = names(run_event{}).size();

exits in_an_attempt() {
  return {
    {result_known, phase::finishing},
    {attempt_over, phase::backing_off},
    {limit_reached, phase::parked},
    {ended_badly, phase::failed},
    {told_to_stop, phase::stopping},
  };
}

exits with(exits some, const exits& more) {
  some.insert(more.begin(), more.end());
  return some;
}

/// What the design says, written down a second time and from the other side.
std::map<phase, exits> expected() {
  const exits may_ask{
    {asked, phase::input_required}, {asked_for_login, phase::auth_required}};
  const exits waits{
    {wait_over, phase::resuming},
    {told_to_stop, phase::stopping},
    {stopped, phase::cancelled}};
  const exits resuming{
    {admitted, phase::starting},
    {attempt_over, phase::backing_off},
    {limit_reached, phase::parked},
    {ended_badly, phase::failed},
    {told_to_stop, phase::stopping}};
  const exits finishing{
    {ended_well, phase::completed},
    {attempt_over, phase::backing_off},
    {limit_reached, phase::parked},
    {ended_badly, phase::failed},
    {told_to_stop, phase::stopping}};
  const auto speaking =
    with(with(in_an_attempt(), may_ask), {{refused, phase::rejected}});
  const auto pending = with(in_an_attempt(), {{answered, phase::working}});
  return {
    {phase::queued,
     {{admitted, phase::starting},
      {ended_badly, phase::failed},
      {told_to_stop, phase::stopping},
      {stopped, phase::cancelled}}},
    {phase::starting, with(speaking, {{first_output, phase::working}})},
    {phase::working, speaking},
    {phase::input_required, pending},
    {phase::auth_required, pending},
    {phase::finishing, finishing},
    {phase::backing_off, waits},
    {phase::parked, waits},
    {phase::resuming, resuming},
    {phase::stopping, {{stopped, phase::cancelled}}},
    {phase::completed, {}},
    {phase::failed, {}},
    {phase::cancelled, {}},
    {phase::rejected, {}},
  };
}

TEST(Lifecycle, AnswersEveryPairOfPhaseAndEventAsExpected) {
  const auto wanted = expected();
  ASSERT_EQ(wanted.size(), phases);
  for (std::size_t p = 0; p < phases; ++p)
    for (std::size_t e = 0; e < events; ++e) {
      const auto from = static_cast<phase>(p);
      const auto on = static_cast<run_event>(e);
      const auto& known = wanted.at(from);
      const auto it = known.find(on);
      const auto to = it == known.end() ? std::optional<phase>{} : it->second;
      EXPECT_EQ(next(from, on), to) << names(from)[p] << " on " << names(on)[e];
    }
}

TEST(Lifecycle, ListsNothingButWhatNextAnswers) {
  std::size_t listed = 0;
  for (const auto& [from, known] : expected())
    listed += known.size();
  EXPECT_EQ(lifecycle().size(), listed);
}

TEST(Lifecycle, ReachesEveryPhaseFromQueued) {
  std::set<phase> reached{phase::queued};
  for (std::size_t size = 0; size != reached.size();) {
    size = reached.size();
    for (const auto& step : lifecycle())
      if (reached.contains(step.from))
        reached.insert(step.to);
  }
  EXPECT_EQ(reached.size(), phases);
}

TEST(Lifecycle, ReachesAFinalPhaseByItsOwnMeansFromEveryPhase) {
  for (std::size_t p = 0; p < phases; ++p) {
    std::set<phase> reached{static_cast<phase>(p)};
    for (std::size_t size = 0; size != reached.size();) {
      size = reached.size();
      for (const auto& step : lifecycle())
        if (reached.contains(step.from) && step.on != told_to_stop)
          reached.insert(step.to);
    }
    EXPECT_TRUE(std::ranges::any_of(reached, [](auto x) { return is_final(x); })) << p;
  }
}

TEST(Lifecycle, IsDrawnInTheDocumentationAsItIs) {
  const auto drawn = draw_lifecycle();
  const test::golden_part document("lifecycle.md", "```mermaid", "```");
  EXPECT_EQ(document.read_or_update(drawn), drawn)
    << "docs/lifecycle.md is out of date; run this test with UPDATE_GOLDEN=1";
}

} // namespace
} // namespace troupe::supervision
