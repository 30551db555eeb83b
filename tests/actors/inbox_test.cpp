#include "actors/inbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace troupe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

struct an_inbox : ::testing::Test {
  inbox box{store::inbox_record{.session_id = "s_1", .letters = {}}};
  timestamp now{1000};

  static agent_letter letter(const std::string& id, const std::string& text = "hi") {
    agent_letter made{.message_id = id, .to_agent_name = "bob", .to_session_id = "s_1"};
    made.body = text_message(text);
    return made;
  }
  std::uint64_t
  add(const std::string& id, message_priority priority = message_priority::next_turn) {
    auto made = letter(id);
    made.priority = priority;
    return *box.add(std::move(made), {"key of " + id});
  }
  std::string next() const {
    const auto* found = box.next();
    return found ? found->letter.message_id : "";
  }
  message_state state(std::uint64_t seq) const { return box.find(seq)->state; }
  message_page all() const { return box.page({.agent_name = {}, .cwd = {}}, {}); }
};

TEST_F(an_inbox, DeliversInterruptsFirstThenTheOldest) {
  const auto one = add("m_1");
  add("m_2");
  const auto three = add("m_3", message_priority::interrupt);

  EXPECT_EQ(next(), "m_3");
  box.delivered(three, "r_1", now);
  EXPECT_EQ(next(), "m_1");
  box.delivered(one, "r_1", now);
  EXPECT_EQ(next(), "m_2");
  EXPECT_EQ(box.find(one)->run_id, "r_1");
}

TEST_F(an_inbox, KnowsWhatACallHasSentBefore) {
  add("m_1");

  EXPECT_EQ(box.sent_with({"other", "key of m_1"})->message_id, "m_1");
  EXPECT_EQ(box.sent_with({"other"}), nullptr);
  EXPECT_EQ(box.sent_with({}), nullptr);
}

TEST_F(an_inbox, RefusesWhatIsTooLargeOrTooMuch) {
  EXPECT_EQ(
    box.add(letter("m_0", std::string(letter_bytes_max, 'x')), {}).error().code,
    errc::invalid_argument);
  for (std::size_t i = 0; i < waiting_letters_max; ++i)
    ASSERT_TRUE(box.add(letter("m_" + std::to_string(i)), {}));

  const auto refused = box.add(letter("m_x"), {});

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::busy);
  EXPECT_THAT(refused.error().message, HasSubstr("bob is full: 64 messages wait"));
}

TEST_F(an_inbox, BoundsTheBytesThatWait) {
  std::size_t taken = 0;
  while (box.add(letter("m_1", std::string(20'000, 'x')), {}))
    ++taken;

  EXPECT_EQ(taken, waiting_bytes_max / 20'500);
}

TEST_F(an_inbox, DropsOnlyWhatIsSettledToMakeRoom) {
  const auto waits = add("m_waits");
  for (std::size_t i = 0; i < 2 * kept_letters_max; ++i)
    box.delivered(add("m_" + std::to_string(i)), "r_1", now);

  EXPECT_EQ(box.record().letters.size(), kept_letters_max);
  EXPECT_EQ(state(waits), message_state::queued);
  EXPECT_EQ(box.find(2), nullptr);
}

TEST_F(an_inbox, TakesBackOnlyWhatThatRunHas) {
  const auto one = add("m_1");
  const auto two = add("m_2");
  box.delivered(one, "r_1", now);
  box.delivered(two, "r_2", now);

  box.returned("r_1", {"m_1", "m_2"}, now);

  EXPECT_EQ(state(one), message_state::queued);
  EXPECT_FALSE(box.find(one)->run_id);
  EXPECT_EQ(state(two), message_state::delivered);
}

TEST_F(an_inbox, KnowsWhatBecameOfItsDoubtsWhenTheRunHasEnded) {
  const auto one = add("m_1");
  const auto two = add("m_2");
  const auto three = add("m_3");
  box.give(one, "r_1");
  box.give(two, "r_1");
  box.give(three, "r_2");

  box.resolved("r_1", {"m_1", "m_3"}, now);

  EXPECT_EQ(state(one), message_state::delivered);
  EXPECT_EQ(box.find(one)->run_id, "r_1");
  EXPECT_EQ(state(two), message_state::queued);
  EXPECT_FALSE(box.record().letters[1].given_to);
  EXPECT_EQ(box.record().letters[2].given_to, "r_2");
}

TEST_F(an_inbox, FailsWhatNobodyWillRead) {
  const auto read = add("m_1");
  box.read(all(), now);
  const auto waits = add("m_2");

  box.closed("it has ended", now);

  EXPECT_EQ(state(read), message_state::read);
  EXPECT_EQ(state(waits), message_state::failed);
  EXPECT_EQ(box.find(waits)->why, "it has ended");
}

TEST_F(an_inbox, DoesNotCountAsReadWhatMayBeATurnAlready) {
  const auto one = add("m_1");
  box.give(one, "r_1");

  box.read(all(), now);

  EXPECT_EQ(state(one), message_state::queued);
}

TEST_F(an_inbox, ShowsPagesThatFitAndOneMessageAtLeast) {
  for (const auto* id : {"m_1", "m_2", "m_3"})
    ASSERT_TRUE(box.add(letter(id, std::string(2'000, 'x')), {}));
  fetch_agent_messages question{.agent_name = {}, .cwd = {}};
  question.max_bytes = 5'500;

  const auto first = box.page(question, {});
  question.after_seq = first.next_after_seq;
  const auto second = box.page(question, {});
  question.max_bytes = 1'024;
  question.after_seq = 0;

  EXPECT_EQ(first.messages.size(), 2u);
  EXPECT_TRUE(first.has_more);
  EXPECT_EQ(second.messages.size(), 1u);
  EXPECT_FALSE(second.has_more);
  EXPECT_EQ(box.page(question, {}).messages.size(), 1u);
}

TEST_F(an_inbox, ShowsASenderOnlyWhatItSent) {
  auto of_ann = letter("m_1");
  of_ann.from_session_id = "s_ann";
  ASSERT_TRUE(box.add(of_ann, {}));
  add("m_2");

  const auto page = box.page({.agent_name = {}, .cwd = {}}, "s_ann");

  ASSERT_EQ(page.messages.size(), 1u);
  EXPECT_EQ(page.messages[0].message_id, "m_1");
}

TEST(LetterAsATurn, SaysWhoSpeaksAndIsKnownAgain) {
  auto letter = an_inbox::letter("m_1", "the tests are green");
  EXPECT_EQ(turn_of(letter), "Message m_1 from your user:\n\nthe tests are green");
  letter.from_agent_name = "ann";
  letter.from_run_id = "r_ann";

  EXPECT_THAT(
    turn_of(letter), HasSubstr("from the agent ann (r_ann), not from your user"));
  EXPECT_TRUE(is_turn_of(turn_of(letter), "m_1"));
  EXPECT_FALSE(is_turn_of(turn_of(letter), "m_"));
}

} // namespace
} // namespace troupe
