#include "store/events.hpp"

#include "scratch.hpp"

#include "protocol/json.hpp"
#include "store/files.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace troupe::store {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string line_of(
  std::uint64_t seq,
  std::optional<event_source> src = {},
  const std::string& text = "hello") {
  return encode_text(event_line{
           seq,
           {1000},
           "r_1",
           "s_1",
           "process",
           event_type::agent_message,
           {encode_text(std::map<std::string, std::string>{{"text", text}})},
           src}) +
         "\n";
}

TEST(ReadEvents, PagesThroughAllLinesWithoutGapOrRepeat) {
  const scratch dir;
  std::string all;
  for (int n = 1; n <= 100; ++n)
    all +=
      std::to_string(n) + std::string(static_cast<std::size_t>(n * 37), 'x') + "\n";
  write(dir / "log", all);
  for (const std::uint32_t limit : {1u, 7u, 1000u})
    for (const std::size_t bytes : {1u, 500u, 100'000u, 1'000'000u}) {
      std::string seen;
      std::uint64_t offset = 0;
      for (bool end = false; !end;) {
        const auto slice = read_events(dir / "log", offset, limit, bytes);
        ASSERT_TRUE(slice);
        ASSERT_FALSE(slice->lines.empty());
        ASSERT_LE(slice->lines.size(), limit);
        ASSERT_TRUE(slice->lines.size() == 1 || slice->next_offset - offset <= bytes);
        for (const auto& line : slice->lines)
          seen += line + "\n";
        offset = slice->next_offset;
        end = slice->end;
      }
      EXPECT_EQ(seen, all);
      EXPECT_EQ(offset, all.size());
    }
}

TEST(ReadEvents, GivesOneLineHoweverLongItIs) {
  const scratch dir;
  const std::string long_line(300'000, 'x');
  write(dir / "log", long_line + "\nnext\n");
  const auto slice = read_events(dir / "log", 0, 10, 100);
  ASSERT_TRUE(slice);
  EXPECT_THAT(slice->lines, ElementsAre(long_line));
  EXPECT_FALSE(slice->end);
  const auto rest = read_events(dir / "log", slice->next_offset, 10, 100);
  EXPECT_THAT(rest->lines, ElementsAre("next"));
  EXPECT_TRUE(rest->end);
}

TEST(ReadEvents, DoesNotGiveATornLastLine) {
  const scratch dir;
  write(dir / "log", "one\ntwo\nthr");
  const auto slice = read_events(dir / "log", 0, 2, 1000);
  ASSERT_TRUE(slice);
  EXPECT_THAT(slice->lines, ElementsAre("one", "two"));
  EXPECT_EQ(slice->next_offset, 8u);
  EXPECT_TRUE(slice->end);
}

TEST(ReadEvents, FindsNothingBehindTheEndOrWithoutAFile) {
  const scratch dir;
  write(dir / "log", "one\n");
  for (const auto& [name, offset] :
       {std::pair{"log", 4u}, {"log", 99u}, {"none", 0u}}) {
    const auto slice = read_events(dir / name, offset, 10, 1000);
    ASSERT_TRUE(slice);
    EXPECT_TRUE(slice->lines.empty());
    EXPECT_EQ(slice->next_offset, offset);
    EXPECT_TRUE(slice->end);
  }
}

TEST(Shown, LeavesOutWhereAnEventWasFoldedFrom) {
  const auto with = line_of(1, event_source{1, 2, 3, 4});
  const auto without = line_of(1);
  EXPECT_EQ(shown(with.substr(0, with.size() - 1)) + "\n", without);
  EXPECT_EQ(shown(without.substr(0, without.size() - 1)) + "\n", without);
}

TEST(ScanEvents, FindsTheLastNumberAndTheGreatestSource) {
  const scratch dir;
  const auto all = line_of(1) + line_of(2, event_source{1, 900, 0, 5}) +
                   line_of(3, event_source{2, 10, 1, 0}) +
                   line_of(4, event_source{2, 10, 0, 7}) + line_of(5);
  write(dir / "log", all + "{\"seq\":6,\"torn");
  const auto found = scan_events(dir / "log");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->last_seq, 5u);
  EXPECT_EQ(found->size, all.size());
  EXPECT_EQ(found->last_src, (event_source{2, 10, 1, 0}));
  EXPECT_FALSE(found->complaint);
}

TEST(ScanEvents, FindsNothingInNoFileAndAnEmptyOne) {
  const scratch dir;
  write(dir / "empty", "");
  for (const auto* name : {"none", "empty"}) {
    const auto found = scan_events(dir / name);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->last_seq, 0u);
    EXPECT_EQ(found->size, 0u);
    EXPECT_FALSE(found->last_src);
  }
}

TEST(ScanEvents, AcceptsALineThatIsWrittenDifferently) {
  const scratch dir;
  const auto odd = R"({ "ts": "2026-11-20T10:15:24Z", "seq": 2, "run_id": "r", )"
                   R"("session_id": "s", "backend": "b", "type": "warning", "data": )"
                   R"({}, "src": {"attempt":1,"end_offset":5,"inputs":0,"index":0} })"
                   "\n";
  write(dir / "log", line_of(1) + odd + line_of(3));
  const auto found = scan_events(dir / "log");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->last_seq, 3u);
  EXPECT_EQ(found->last_src, (event_source{1, 5, 0, 0}));
  EXPECT_FALSE(found->complaint);
}

TEST(ScanEvents, SetsADamagedTailAsideAndSaysSo) {
  const auto good = line_of(1) + line_of(2, event_source{1, 5, 0, 0});
  auto holed = line_of(3);
  holed[holed.size() / 2] = '\0';
  const auto cut = line_of(3).substr(0, 40) + "\n";
  for (const auto& bad : {
         std::string("garbage\n"),
         std::string("\n"),
         cut,
         holed,
         line_of(4),
         line_of(2),
         std::string("{\"seq\":3}\n"),
         std::string(5000, '\0') + "\n",
       }) {
    const scratch dir;
    const auto tail = bad + line_of(3) + "torn";
    write(dir / "log", good + tail);
    const auto found = scan_events(dir / "log");
    ASSERT_TRUE(found) << bad;
    EXPECT_EQ(found->last_seq, 2u) << bad;
    EXPECT_EQ(found->size, good.size());
    EXPECT_EQ(found->last_src, (event_source{1, 5, 0, 0}));
    EXPECT_EQ(slurp(dir / "log"), good) << bad;
    EXPECT_EQ(slurp(aside_of(dir / "log")), tail) << bad;
    ASSERT_TRUE(found->complaint);
    EXPECT_THAT(
      *found->complaint, HasSubstr(aside_of(dir / "log").filename().string()));
  }
}

TEST(ScanEvents, GoesOnWhereTheLogWasCut) {
  const scratch dir;
  write(dir / "log", line_of(1) + "garbage\n");
  ASSERT_TRUE(scan_events(dir / "log"));
  auto log = line_log::open(dir / "log");
  ASSERT_TRUE(log && log->append(line_of(2)));
  const auto found = scan_events(dir / "log");
  EXPECT_EQ(found->last_seq, 2u);
  EXPECT_FALSE(found->complaint);
}

TEST(ScanEvents, ReadsALargeLogAndTellsItsRate) {
  const scratch dir;
  const std::string text(1500, 'x');
  std::string all;
  for (std::uint64_t seq = 1; seq <= 20'000; ++seq)
    all += line_of(seq, event_source{1, seq * 1500, 0, 0}, text);
  write(dir / "log", all);
  const auto start = std::chrono::steady_clock::now();
  const auto found = scan_events(dir / "log");
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  ASSERT_TRUE(found);
  EXPECT_EQ(found->last_seq, 20'000u);
  EXPECT_EQ(found->size, all.size());
  RecordProperty(
    "mb_per_s", std::to_string(static_cast<double>(all.size()) / 1e6 / took.count()));
}

} // namespace
} // namespace troupe::store
