#include "protocol/text.hpp"

#include <gtest/gtest.h>

#include <array>
#include <vector>

namespace troupe {
namespace {

/// Characters of one to four bytes.
const std::vector<std::string> characters{"a", "é", "€", "😀", "z", "😀", "€", "é"};

std::string joined(std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += characters[i];
  return text;
}

TEST(Utf8Prefix, EndsAtACharacterAtEveryCut) {
  const auto text = joined(characters.size());
  std::size_t whole = 0;
  for (std::size_t cut = 0; cut <= text.size() + 3; ++cut) {
    while (whole < characters.size() && joined(whole + 1).size() <= cut)
      ++whole;
    EXPECT_EQ(utf8_prefix(text, cut), joined(whole)) << cut;
  }
}

TEST(Utf8Prefix, KeepsBytesThatAreNotUtf8Bounded) {
  const std::string bytes(100, '\x80');
  for (std::size_t cut = 3; cut < 100; ++cut) {
    EXPECT_LE(utf8_prefix(bytes, cut).size(), cut);
    EXPECT_GE(utf8_prefix(bytes, cut).size(), cut - 3);
  }
}

TEST(IsUtf8, AcceptsWhatIsWellFormed) {
  for (const auto* text :
       {"",
        "ascii",
        "é€😀",
        "\xC2\x80",
        "\xE0\xA0\x80",
        "\xED\x9F\xBF",
        "\xEE\x80\x80",
        "\xF0\x90\x80\x80",
        "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(is_utf8(text)) << text;
}

TEST(IsUtf8, RefusesWhatRfc3629Forbids) {
  for (const auto* text :
       {"\x80",
        "\xBF",
        "\xC0\x80",
        "\xC1\xBF",
        "\xC2",
        "\xC2 ",
        "\xE0\x9F\xBF",
        "\xE2\x82",
        "\xED\xA0\x80",
        "\xED\xBF\xBF",
        "\xF0\x8F\xBF\xBF",
        "\xF0\x9F\x98",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xFE",
        "\xFF"})
    EXPECT_FALSE(is_utf8(text)) << testing::PrintToString(text);
}

TEST(IsUtf8, FindsABadByteAnywhereInALongText) {
  const std::string good(40, 'a');
  EXPECT_TRUE(is_utf8(good));
  for (std::size_t at = 0; at < good.size(); ++at) {
    auto bad = good;
    bad[at] = '\xFF';
    EXPECT_FALSE(is_utf8(bad)) << at;
    EXPECT_TRUE(is_utf8(good.substr(0, at) + "\u00e4" + good.substr(at))) << at;
  }
}

TEST(ToUtf8, ReplacesEachBadByte) {
  EXPECT_EQ(to_utf8("plain é"), "plain é");
  EXPECT_EQ(
    to_utf8("a\xFF"
            "b"),
    "a\uFFFD"
    "b");
  EXPECT_EQ(to_utf8("\xE2\x82"), "\uFFFD\uFFFD");
  EXPECT_EQ(to_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
}

TEST(ToUtf8, AlwaysGivesWellFormedText) {
  for (int a = 0; a < 256; ++a)
    for (int b = 0; b < 256; ++b) {
      const std::string bytes{
        static_cast<char>(a), static_cast<char>(b), '\x98', '\x80'};
      const auto text = to_utf8(bytes);
      ASSERT_TRUE(is_utf8(text)) << a << " " << b;
      ASSERT_EQ(text == bytes, is_utf8(bytes)) << a << " " << b;
    }
}

constexpr auto fields = std::to_array<std::string_view>(
  {"backend", "prompt", "cwd", "role", "session_id", "session_mode"});

TEST(NearestWord, FindsWhatWasMeant) {
  EXPECT_EQ(nearest_word("promt", fields), "prompt");
  EXPECT_EQ(nearest_word("Backend", fields), "backend");
  EXPECT_EQ(nearest_word("sessionid", fields), "session_id");
  EXPECT_EQ(nearest_word("session_mod", fields), "session_mode");
  EXPECT_EQ(nearest_word("cw", fields), "cwd");
}

TEST(NearestWord, FindsNothingWhereNothingIsNear) {
  EXPECT_EQ(nearest_word("temperature", fields), "");
  EXPECT_EQ(nearest_word("xy", fields), "");
  EXPECT_EQ(nearest_word("prompt", {}), "");
  EXPECT_EQ(nearest_word(std::string(1'000'000, 'x'), fields), "");
}

TEST(OneLine, FoldsWhiteSpaceAndControlCharacters) {
  EXPECT_EQ(
    one_line(
      "  a \r\n\t b\x1B"
      "c  ",
      80),
    "a b c");
  EXPECT_EQ(one_line("", 80), "");
  EXPECT_EQ(one_line(" \n ", 80), "");
}

TEST(OneLine, MarksACutWithAnEllipsisWithinTheBound) {
  EXPECT_EQ(one_line("abcdef", 6), "abcdef");
  EXPECT_EQ(one_line("abcdefg", 6), "abc…");
  EXPECT_EQ(one_line("abcdefg" + std::string(1000, ' '), 7), "abcdefg");
}

TEST(OneLine, SeesWhatFollowsALongGap) {
  EXPECT_EQ(one_line("a" + std::string(1000, ' ') + "b", 10), "a b");
}

TEST(OneLine, StaysWellFormedAndBoundedAtEveryLength) {
  const auto text = joined(characters.size());
  for (std::size_t bound = 0; bound <= text.size(); ++bound) {
    const auto line = one_line(text, bound);
    EXPECT_LE(line.size(), bound);
    EXPECT_TRUE(is_utf8(line)) << bound;
  }
}

} // namespace
} // namespace troupe
