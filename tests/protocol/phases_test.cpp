#include "protocol/phases.hpp"

#include "protocol/events.hpp"
#include "protocol/exit.hpp"
#include "protocol/messages.hpp"
#include "protocol/runs.hpp"

#include <gtest/gtest.h>

#include <set>

namespace troupe {
namespace {

/// The last enumerator is the one named last, and each name is there once.
template <class E>
void expect_named(E last, std::string_view last_name) {
  constexpr auto all = names(E{});
  EXPECT_EQ(all.size(), static_cast<std::size_t>(last) + 1) << last_name;
  EXPECT_EQ(all.back(), last_name);
  EXPECT_EQ(std::set(all.begin(), all.end()).size(), all.size()) << last_name;
}

TEST(Names, ListEveryEnumeratorOnce) {
  expect_named(run_status::rejected, "rejected");
  expect_named(run_phase::rejected, "rejected");
  expect_named(exit_kind::shutdown, "shutdown");
  expect_named(event_type::warning, "warning");
  expect_named(input_kind::file, "file");
  expect_named(part_type::file, "file");
  expect_named(message_role::system, "system");
  expect_named(restart_type::temporary, "temporary");
  expect_named(restart_mode::fresh, "fresh");
  expect_named(session_mode::resume_or_new, "resume_or_new");
  expect_named(env_mode::clean, "clean");
}

TEST(Phase, HasTheStatusOfTheSameNameOrRunning) {
  for (std::size_t i = 0; i < names(run_phase{}).size(); ++i) {
    const auto phase = static_cast<run_phase>(i);
    const auto same = from_name<run_status>(to_string(phase));
    EXPECT_EQ(status_of(phase), same.value_or(run_status::running)) << to_string(phase);
  }
}

TEST(Phase, IsFinalExactlyWhenItsStatusIs) {
  std::set<run_phase> final_ones;
  for (std::size_t i = 0; i < names(run_phase{}).size(); ++i) {
    const auto phase = static_cast<run_phase>(i);
    EXPECT_EQ(is_final(phase), is_final(status_of(phase))) << to_string(phase);
    if (is_final(phase))
      final_ones.insert(phase);
  }
  EXPECT_EQ(
    final_ones,
    (std::set{
      run_phase::completed,
      run_phase::failed,
      run_phase::cancelled,
      run_phase::rejected}));
}

TEST(Status, WantsAttentionWhenItWaitsForAnAnswerOrEnded) {
  EXPECT_FALSE(wants_attention(run_status::queued));
  EXPECT_FALSE(wants_attention(run_status::running));
  EXPECT_TRUE(wants_attention(run_status::input_required));
  EXPECT_TRUE(wants_attention(run_status::auth_required));
  EXPECT_TRUE(wants_attention(run_status::failed));
}

} // namespace
} // namespace troupe
