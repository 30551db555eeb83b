#include "supervision/incidents.hpp"

#include <gmock/gmock.h>

#include <map>
#include <random>

namespace troupe::supervision {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr incident_limits limits{
  .runs = 3, .window_s = 30, .hold_s = 20, .backoff_s = 10, .backoff_max_s = 60};

exit_reason crashed(std::string detail, int code = 1) {
  return {.reason = exit_kind::crashed, .detail = std::move(detail), .code = code};
}

run_failure failure(std::string run, moment at, std::string like = "x") {
  return {.run_id = std::move(run), .fingerprint = std::move(like), .at = at};
}

/// An incident that a, b and c were hit by, at 0 s.
struct Incidents : testing::Test {
  incidents all{limits};

  void fail(const std::string& run, moment at, const std::string& like = "x") {
    (void)all.failed(failure(run, at, like), at, 0);
  }
  void SetUp() override {
    for (const auto* run : {"a", "b", "c"})
      fail(run, 0s);
    ASSERT_EQ(all.open(), 1u);
  }
};

struct fingerprint_row {
  exit_reason why;
  std::string wanted;
};

TEST(Fingerprint, IsTheSameForOneCauseAndForNoOther) {
  const fingerprint_row rows[] = {
    {crashed("boom"), "b crashed (code 1): boom"},
    {crashed("boom", 2), "b crashed (code 2): boom"},
    {crashed("first\nlast words \n}\n\n"), "b crashed (code 1): last words"},
    {crashed("req_011CS7 failed after 12ms"), "b crashed (code 1): # failed after #"},
    {crashed("cannot open /tmp/x17/y: no space"),
     "b crashed (code 1): cannot open / no space"},
    {crashed(""), "b crashed (code 1)"},
    {{.reason = exit_kind::crashed, .detail = {}, .signal = 9}, "b crashed (signal 9)"},
    {{.reason = exit_kind::overloaded, .detail = "API Error: 529"},
     "b overloaded: API Error: #"},
    {{.reason = exit_kind::rate_limited, .detail = "until noon"}, ""},
    {{.reason = exit_kind::completed, .detail = "done"}, ""},
    {{.reason = exit_kind::auth, .detail = "log in"}, ""},
    {{.reason = exit_kind::cancelled, .detail = "by order"}, ""},
  };
  for (const auto& row : rows)
    EXPECT_EQ(fingerprint_of("b", row.why), row.wanted);
  EXPECT_LE(fingerprint_of("b", crashed(std::string(9000, 'x'))).size(), 200u);
}

TEST(IncidentsOf, FewOrUnlikeOrSlowFailuresAreNone) {
  incidents all{limits};
  (void)all.failed(failure("a", 0s), 0s, 0);
  (void)all.failed(failure("b", 1s), 1s, 0);
  (void)all.failed(failure("c", 2s, "y"), 2s, 0);
  (void)all.failed(failure("b", 3s), 3s, 0);
  EXPECT_EQ(all.open(), 0u) << "two runs, one of them twice, and another cause";
  (void)all.failed(failure("d", 30s), 30s, 0);
  EXPECT_EQ(all.open(), 0u) << "the first was too long ago";
  EXPECT_TRUE(all.asks("a", 31s));
}

TEST(IncidentsOf, NothingIsMadeWhereTheyAreTurnedOff) {
  incidents all{{.runs = 0}};
  for (const auto* run : {"a", "b", "c", "d"})
    (void)all.failed(failure(run, 0s), 0s, 0);
  EXPECT_EQ(all.open(), 0u);
}

TEST(IncidentsOf, ASuccessorKnowOnlyWhatIsRecent) {
  incidents all{limits};
  for (const auto* run : {"a", "b", "c"})
    (void)all.failed(failure(run, 0s), 31s, 0);
  EXPECT_EQ(all.open(), 0u);
  for (const auto* run : {"a", "b", "c"})
    (void)all.failed(failure(run, 10s), 31s, 0);
  EXPECT_EQ(all.open(), 1u);
}

TEST_F(Incidents, SendOneProbeFirst) {
  EXPECT_TRUE(all.asks("b", 1s));
  EXPECT_FALSE(all.asks("a", 1s));
  EXPECT_FALSE(all.asks("c", 2s));
  EXPECT_TRUE(all.asks("b", 3s)) << "the probe itself, asking again";
  EXPECT_TRUE(all.asks("other", 3s));
  EXPECT_EQ(
    all.cause_of("a"),
    "waits for the probe of incident 1 (x); 3 runs since 1970-01-01T00:00:00.000Z; "
    "the probe is run b");
  EXPECT_THAT(all.due(20'999ms), IsEmpty());
}

TEST_F(Incidents, LetTheRestGoOneByOneOnceTheProbeHasLived) {
  ASSERT_TRUE(all.asks("a", 1s));
  ASSERT_FALSE(all.asks("b", 1s));
  ASSERT_FALSE(all.asks("c", 1s));
  EXPECT_EQ(all.next_check(), 21s);
  EXPECT_THAT(all.due(21s), ElementsAre("b"));
  EXPECT_EQ(all.next_check(), 21'500ms);
  EXPECT_THAT(all.due(21'499ms), IsEmpty());
  EXPECT_THAT(all.cause_of("c"), HasSubstr("waits for its turn"));
  EXPECT_THAT(all.due(21'500ms), ElementsAre("c"));
  EXPECT_EQ(all.open(), 1u);
  EXPECT_THAT(all.due(52s), IsEmpty());
  EXPECT_EQ(all.open(), 0u);
  EXPECT_FALSE(all.next_check());
}

TEST_F(Incidents, LetTheRestGoWhenTheProbeEndsOtherwise) {
  ASSERT_TRUE(all.asks("a", 1s));
  ASSERT_FALSE(all.asks("b", 1s));
  all.ended_otherwise("a", 5s);
  EXPECT_THAT(all.due(5s), ElementsAre("b"));
}

TEST_F(Incidents, TakeAProbeThatFailsOtherwiseForOneThatHeld) {
  ASSERT_TRUE(all.asks("a", 1s));
  ASSERT_FALSE(all.asks("b", 1s));
  fail("a", 5s, "y");
  EXPECT_THAT(all.due(5s), ElementsAre("b"));
}

TEST_F(Incidents, WaitLongerForEachProbeThatFails) {
  auto now = moment{1s};
  std::string probe = "a";
  std::string other = "b";
  ASSERT_TRUE(all.asks(probe, now));
  ASSERT_FALSE(all.asks(other, now));
  for (const auto wait : {5s, 10s, 20s, 30s, 30s}) {
    EXPECT_THAT(all.failed(failure(probe, now), now, 0), ElementsAre(other));
    EXPECT_EQ(all.next_check(), now + wait);
    EXPECT_THAT(all.due(now + wait - 1ms), IsEmpty());
    now += wait;
    EXPECT_THAT(all.due(now), ElementsAre(other)) << "another one is the next probe";
    EXPECT_FALSE(all.asks(probe, now));
    std::swap(probe, other);
  }
  EXPECT_THAT(all.cause_of(other), HasSubstr("the probe is run " + probe));
}

TEST_F(Incidents, GoBackToOneProbeWhenOneThatFollowedFails) {
  ASSERT_TRUE(all.asks("a", 0s));
  ASSERT_FALSE(all.asks("b", 0s));
  ASSERT_FALSE(all.asks("c", 0s));
  ASSERT_THAT(all.due(20s), ElementsAre("b"));
  fail("b", 20'100ms);
  EXPECT_THAT(all.due(20'600ms), IsEmpty());
  EXPECT_THAT(all.due(25'100ms), ElementsAre("c"));
  EXPECT_FALSE(all.asks("b", 25'100ms));
}

TEST_F(Incidents, LearnNothingFromAProbeThatWasCancelled) {
  ASSERT_TRUE(all.asks("a", 1s));
  ASSERT_FALSE(all.asks("b", 1s));
  ASSERT_FALSE(all.asks("c", 1s));
  all.left("a");
  EXPECT_THAT(all.due(1s), ElementsAre("b"));
  EXPECT_FALSE(all.asks("c", 1s));
}

TEST_F(Incidents, WatchAProbeLongerAfterAnOverload) {
  incidents slow{limits};
  for (const auto* run : {"a", "b", "c"}) {
    auto what = failure(run, 0s);
    what.overload = true;
    (void)slow.failed(what, 0s, 0);
  }
  ASSERT_TRUE(slow.asks("a", 0s));
  ASSERT_FALSE(slow.asks("b", 0s));
  EXPECT_THAT(slow.due(199s), IsEmpty());
  EXPECT_THAT(slow.due(200s), ElementsAre("b"));
}

TEST_F(Incidents, AreForgottenWhenNobodyAsks) {
  EXPECT_THAT(all.due(89'999ms), IsEmpty());
  EXPECT_EQ(all.open(), 1u);
  EXPECT_THAT(all.due(90s), IsEmpty());
  EXPECT_EQ(all.open(), 0u);
}

TEST(IncidentsOf, ManyKindsAreBounded) {
  incidents all{limits};
  for (int kind = 0; kind < 200; ++kind)
    for (const auto* run : {"a", "b", "c"})
      (void)all.failed(
        failure(run + std::to_string(kind), 0s, std::to_string(kind)), 0s, 0);
  EXPECT_EQ(all.open(), 64u);
}

/// Runs that crash of one cause while it lasts, in random order.
class storm {
public:
  explicit storm(unsigned seed) : dice_(seed) {}

  void step() {
    now_ += moment{dice_() % 3'000};
    for (const auto& run : all_.due(now_))
      goes(run);
    const auto run = "r" + std::to_string(dice_() % 12);
    switch (state_[run]) {
    case state::runs:
      if (dice_() % 3 == 0)
        ends(run);
      break;
    case state::backs_off:
      if (all_.asks(run, now_))
        goes(run);
      else
        state_[run] = state::waits;
      break;
    case state::waits:
      if (dice_() % 20 == 0)
        leaves(run);
      break;
    }
  }

  /// The cause is gone: everybody gets to run in a bounded time.
  void calm_down() {
    broken_ = false;
    for (int i = 0; i < 200; ++i) {
      now_ += 10s;
      for (const auto& run : all_.due(now_))
        goes(run);
    }
    for (const auto& [run, how] : state_)
      EXPECT_NE(how, state::waits) << run << " waits for ever";
    EXPECT_EQ(all_.open(), 0u);
    EXPECT_FALSE(all_.next_check());
  }

private:
  enum class state : std::uint8_t { runs, backs_off, waits };

  void goes(const std::string& run) {
    EXPECT_NE(state_[run], state::runs) << "started twice";
    state_[run] = state::runs;
    if (all_.open() > 0)
      started_.push_back({run, now_});
    std::erase_if(started_, [&](const auto& each) {
      return now_ - each.second > 100ms || state_[each.first] != state::runs;
    });
    EXPECT_LE(started_.size(), 2u) << "a storm: they came back at once";
  }

  void ends(const std::string& run) {
    if (broken_ && dice_() % 10 != 0) {
      (void)all_.failed(
        failure(run, now_), now_, static_cast<double>(dice_() % 1000) / 1000);
      state_[run] = state::backs_off;
    } else {
      all_.ended_otherwise(run, now_);
      state_[run] = state::backs_off;
    }
  }

  void leaves(const std::string& run) {
    all_.left(run);
    state_[run] = state::backs_off;
  }

  std::mt19937 dice_;
  incidents all_{limits};
  moment now_{0};
  bool broken_ = true;
  std::map<std::string, state> state_;
  std::vector<std::pair<std::string, moment>> started_;
};

TEST(IncidentsOf, AStormNeitherReturnAtOnceNorWaitForEver) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    storm weather(seed);
    for (int i = 0; i < 500; ++i)
      weather.step();
    weather.calm_down();
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
  }
}

} // namespace
} // namespace troupe::supervision
