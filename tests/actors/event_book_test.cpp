#include "actors/event_book.hpp"
#include "protocol/events.hpp"
#include "protocol/json.hpp"
#include "tests/store/scratch.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

std::string lines(std::uint64_t from, std::uint64_t to, std::size_t length = 3) {
  std::string text;
  for (auto seq = from; seq <= to; ++seq) {
    const json data{{"text", std::string(length, 'x')}};
    text += encode_text(event_line{
              .seq = seq,
              .run_id = "r_1",
              .session_id = "s_1",
              .backend = "process",
              .type = event_type::agent_message,
              .data = {print_json(data)},
              .src = event_source{1, seq, 1, 0}}) +
            "\n";
  }
  return text;
}

std::uint64_t seq_of(const raw_json& shown) {
  return (*parse_json(shown.text))["seq"];
}

struct EventBook : ::testing::Test {
  store::scratch dir;
  std::filesystem::path file = dir / "events.jsonl";
  event_book book{file};
};

TEST_F(EventBook, ReadsFromAnyNumberOnWithoutTheirSource) {
  ASSERT_TRUE(book.append(lines(1, 100), 1));
  ASSERT_TRUE(book.append(lines(101, 300), 101));

  for (const std::uint64_t after : {0u, 1u, 63u, 64u, 65u, 128u, 199u, 299u}) {
    const auto page = book.read(after, 1, 16'384);
    ASSERT_TRUE(page);
    ASSERT_EQ(page->events.size(), 1u) << after;
    EXPECT_EQ(seq_of(page->events[0]), after + 1);
    EXPECT_EQ(page->more, after != 299);
    EXPECT_EQ(page->events[0].text.find("src"), std::string::npos);
  }
}

TEST_F(EventBook, AnswersNothingBeyondTheEnd) {
  ASSERT_TRUE(book.append(lines(1, 3), 1));

  for (const std::uint64_t after : {3u, 99u}) {
    const auto page = book.read(after, 10, 16'384);
    ASSERT_TRUE(page);
    EXPECT_TRUE(page->events.empty());
    EXPECT_EQ(page->last_seq, after);
    EXPECT_FALSE(page->more);
  }
}

TEST_F(EventBook, FindsItsWayInAFileThatAnotherWrote) {
  ASSERT_TRUE(book.append(lines(1, 200), 1));
  event_book later{file};
  ASSERT_TRUE(later.append(lines(201, 210), 201));

  const auto page = later.read(195, 100, 100'000);

  ASSERT_TRUE(page);
  ASSERT_EQ(page->events.size(), 15u);
  EXPECT_EQ(seq_of(page->events.back()), 210u);
}

TEST_F(EventBook, KeepsToItsLimitsAndGivesOneAtLeast) {
  ASSERT_TRUE(book.append(lines(1, 1, 50'000) + lines(2, 40, 100), 1));

  const auto big = book.read(0, 100, 1024);
  const auto some = book.read(1, 5, 100'000);
  const auto small = book.read(1, 100, 1024);

  ASSERT_EQ(big->events.size(), 1u);
  EXPECT_LE(big->events[0].text.size(), 1024u);
  EXPECT_TRUE((*parse_json(big->events[0].text))["data"].contains("truncated"));
  EXPECT_TRUE(big->more);
  EXPECT_EQ(some->events.size(), 5u);
  EXPECT_EQ(some->last_seq, 6u);
  std::size_t bytes = 0;
  for (const auto& each : small->events)
    bytes += each.text.size();
  EXPECT_LE(bytes, 1024u);
  EXPECT_GE(small->events.size(), 2u);
}

TEST_F(EventBook, KnowsWhatItCouldNotWrite) {
  std::filesystem::create_directory(file);
  ASSERT_FALSE(book.append(lines(4, 6), 4));

  EXPECT_TRUE(book.has(3));
  EXPECT_FALSE(book.has(4));
  EXPECT_FALSE(book.append(lines(7, 7), 7)) << "a gap";

  std::filesystem::remove(file);
  EXPECT_TRUE(book.append(lines(4, 7), 4));
  EXPECT_TRUE(book.has(7));
}

TEST_F(EventBook, WritesNothingTwiceThatIsSaidTwice) {
  ASSERT_TRUE(book.append(lines(1, 3), 1));
  ASSERT_TRUE(book.append(lines(1, 3), 1));
  ASSERT_TRUE(book.append(lines(2, 5), 2));

  EXPECT_EQ(store::slurp(file), lines(1, 5));
}

TEST_F(EventBook, RefusesAGap) {
  ASSERT_TRUE(book.append(lines(1, 3), 1));

  EXPECT_FALSE(book.append(lines(5, 5), 5));
  EXPECT_EQ(store::slurp(file), lines(1, 3));
}

} // namespace
} // namespace troupe
