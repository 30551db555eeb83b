#include "protocol/lines.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace troupe {
namespace {

struct seen {
  std::string text;
  std::uint64_t end_offset;
  std::uint64_t bytes;
  bool cut;

  friend bool operator==(const seen&, const seen&) = default;
};

void PrintTo(const seen& line, std::ostream* out) {
  *out << '"' << line.text << "\" to " << line.end_offset << ", " << line.bytes
       << " bytes" << (line.cut ? ", cut" : "");
}

using lines = std::vector<seen>;

void take_all(line_splitter& splitter, lines& out) {
  line_splitter::line line{};
  while (splitter.next(line))
    out.push_back({std::string(line.text), line.end_offset, line.bytes, line.cut});
}

lines split(
  const std::vector<std::string>& chunks, std::size_t max, std::uint64_t at = 0) {
  line_splitter splitter(max, at);
  lines out;
  for (const auto& chunk : chunks) {
    splitter.push(chunk);
    take_all(splitter, out);
  }
  line_splitter::line line{};
  if (splitter.rest(line))
    out.push_back({std::string(line.text), line.end_offset, line.bytes, line.cut});
  EXPECT_FALSE(splitter.rest(line)) << "a rest is there once";
  return out;
}

/// The contract, said in the plainest way, with all of the stream at hand.
lines model(const std::string& stream, std::size_t max, std::uint64_t at = 0) {
  lines out;
  for (std::size_t from = 0; from < stream.size();) {
    const auto newline = stream.find('\n', from);
    const bool whole = newline != std::string::npos;
    const auto raw = stream.substr(from, (whole ? newline : stream.size()) - from);
    from += raw.size() + (whole ? 1 : 0);
    auto text = raw;
    if (whole && text.ends_with('\r'))
      text.pop_back();
    out.push_back({text.substr(0, max), at + from, raw.size(), text.size() > max});
  }
  return out;
}

TEST(LineSplitter, CutsAStreamAtItsNewlines) {
  EXPECT_EQ(
    split({"one\n\ntwo\r\nrest"}, 100, 1000),
    (lines{
      {"one", 1004, 3, false},
      {"", 1005, 0, false},
      {"two", 1010, 4, false},
      {"rest", 1014, 4, false}}));
}

TEST(LineSplitter, DropsOnlyWhatGoesBeyondTheBound) {
  EXPECT_EQ(
    split({"abcdefgh\nok\nabcd\n"}, 4),
    (lines{{"abcd", 9, 8, true}, {"ok", 12, 2, false}, {"abcd", 17, 4, false}}));
}

TEST(LineSplitter, CountsACarriageReturnNeitherAsTextNorAsACut) {
  EXPECT_EQ(split({"abcd\r\n"}, 4), (lines{{"abcd", 6, 5, false}}));
  EXPECT_EQ(split({"abcd", "\r", "\n"}, 4), (lines{{"abcd", 6, 5, false}}));
  EXPECT_EQ(split({"abcde\r\n"}, 4), (lines{{"abcd", 7, 6, true}}));
  EXPECT_EQ(split({"a\rb\n"}, 4), (lines{{"a\rb", 4, 3, false}}));
  EXPECT_EQ(split({"ab\r"}, 4), (lines{{"ab\r", 3, 3, false}})) << "no newline follows";
}

TEST(LineSplitter, GivesTheSameLinesForEveryChunkingOfASample) {
  const std::string sample = "ab\r\n\n12345\r\nx\nq";
  const auto wanted = model(sample, 4, 50);
  for (std::uint32_t cuts = 0; cuts < 1u << (sample.size() - 1); ++cuts) {
    std::vector<std::string> chunks{""};
    for (std::size_t i = 0; i < sample.size(); ++i) {
      chunks.back() += sample[i];
      if (i + 1 < sample.size() && (cuts >> i & 1) != 0)
        chunks.emplace_back();
    }
    ASSERT_EQ(split(chunks, 4, 50), wanted) << cuts;
  }
}

TEST(LineSplitter, AgreesWithAPlainModelOnRandomStreams) {
  std::mt19937 dice(20261120);
  constexpr std::string_view alphabet = "ab\r\n\n";
  for (int round = 0; round < 20'000; ++round) {
    const auto max = dice() % 6;
    std::string stream;
    std::vector<std::string> chunks;
    for (auto n = dice() % 8; n > 0; --n) {
      std::string chunk;
      for (auto size = dice() % 9; size > 0; --size)
        chunk += alphabet[dice() % (round % 2 == 0 ? alphabet.size() : 4)];
      stream += chunk;
      chunks.push_back(std::move(chunk));
    }
    ASSERT_EQ(split(chunks, max, 7), model(stream, max, 7))
      << testing::PrintToString(chunks) << " max " << max;
  }
}

TEST(LineSplitter, TakesSeveralPushesBeforeItIsAsked) {
  line_splitter splitter(4);
  for (const auto* chunk : {"abc", "def", "gh\n", "i", "j\nk"})
    splitter.push(chunk);
  lines out;
  take_all(splitter, out);
  EXPECT_EQ(out, (lines{{"abcd", 9, 8, true}, {"ij", 12, 2, false}}));
  EXPECT_EQ(splitter.offset(), 12u);
}

TEST(LineSplitter, CountsALongLineThatIsDroppedOverManyPushes) {
  line_splitter splitter(10, 5);
  line_splitter::line line{};
  const std::string block(1000, 'x');
  for (int i = 0; i < 1000; ++i) {
    splitter.push(block);
    ASSERT_FALSE(splitter.next(line));
  }
  EXPECT_EQ(splitter.offset(), 5u) << "nothing was taken yet";
  splitter.push("\nnext\n");
  ASSERT_TRUE(splitter.next(line));
  EXPECT_EQ(line.text, std::string(10, 'x'));
  EXPECT_EQ(line.bytes, 1'000'000u);
  EXPECT_TRUE(line.cut);
  EXPECT_EQ(line.end_offset, 1'000'006u);
  ASSERT_TRUE(splitter.next(line));
  EXPECT_EQ(line.text, "next");
  EXPECT_EQ(line.end_offset, 1'000'011u);
}

TEST(LineSplitter, HasNoRestAfterAWholeLine) {
  line_splitter splitter(10);
  line_splitter::line line{};
  EXPECT_FALSE(splitter.rest(line));
  splitter.push("a\n");
  ASSERT_TRUE(splitter.next(line));
  EXPECT_FALSE(splitter.rest(line));
}

} // namespace
} // namespace troupe
