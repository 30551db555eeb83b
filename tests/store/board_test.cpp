#include "store/board.hpp"

#include "scratch.hpp"

#include "store/sqlite.hpp"

#include <gmock/gmock.h>

namespace troupe::store {
namespace {

using testing::HasSubstr;

constexpr timestamp now{1'700'000'000'000};
constexpr std::int64_t day_ms = 86'400'000;

TEST(Board, RemembersTheFirstAnswerAcrossRestarts) {
  const scratch dir;
  const std::string odd("k\0\xC3\xA4'\"", 6);
  {
    auto opened = board::open(dir / "board.sqlite");
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->answer_of("k", now), std::nullopt);
    ASSERT_TRUE(opened->remember("k", "first", now));
    ASSERT_TRUE(opened->remember("k", "second", now));
    ASSERT_TRUE(opened->remember(odd, "", now));
    EXPECT_EQ(opened->answer_of("k", now), "first");
  }
  auto again = board::open(dir / "board.sqlite");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->answer_of("k", now), "first");
  EXPECT_EQ(again->answer_of(odd, now), "");
}

TEST(Board, ForgetsAfterADay) {
  const scratch dir;
  auto opened = board::open(dir / "board.sqlite");
  ASSERT_TRUE(opened && opened->remember("k", "old", now));
  EXPECT_EQ(opened->answer_of("k", {now.ms + day_ms - 1}), "old");
  EXPECT_EQ(opened->answer_of("k", {now.ms + day_ms}), std::nullopt);
  ASSERT_TRUE(opened->remember("k", "new", {now.ms + day_ms}));
  EXPECT_EQ(opened->answer_of("k", {now.ms + day_ms}), "new");
}

TEST(Board, PrunesWhatIsForgotten) {
  const scratch dir;
  {
    auto opened = board::open(dir / "board.sqlite");
    ASSERT_TRUE(opened);
    for (int n = 0; n < 50; ++n)
      ASSERT_TRUE(opened->remember(std::to_string(n), "x", now));
    ASSERT_TRUE(opened->remember("later", "x", {now.ms + day_ms}));
  }
  auto db = sqlite_database::open(dir / "board.sqlite");
  ASSERT_TRUE(db);
  auto rows = db->prepare("SELECT count(*) FROM keys");
  ASSERT_TRUE(rows && *rows->step());
  EXPECT_EQ(rows->number(0), 1);
}

TEST(Board, IsPrivateUnderAnyUmask) {
  const scratch dir;
  const umask_scope scope(0);
  auto opened = board::open(dir / "board.sqlite");
  ASSERT_TRUE(opened && opened->remember("k", "a", now));
  for (const auto* name : {"board.sqlite", "board.sqlite-wal", "board.sqlite-shm"})
    EXPECT_EQ(mode_of(dir / name), 0600u) << name;
}

TEST(Board, SetsAFileThatIsNoDatabaseAsideAndStartsAnew) {
  const scratch dir;
  const auto file = dir / "board.sqlite";
  const std::string garbage(10'000, 'g');
  write(file, garbage);
  auto opened = board::open(file);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(slurp(aside_of(file)), garbage);
  ASSERT_TRUE(opened->remember("k", "a", now));
  EXPECT_EQ(opened->answer_of("k", now), "a");
}

TEST(Board, StartsAnewWhenItsFileIsDamagedUnderIt) {
  const scratch dir;
  const auto file = dir / "board.sqlite";
  {
    auto filled = board::open(file);
    ASSERT_TRUE(filled);
    for (int n = 0; n < 200; ++n)
      ASSERT_TRUE(filled->remember(std::to_string(n), std::string(500, 'x'), now));
  }
  auto bytes = slurp(file);
  std::fill(bytes.begin() + 4096, bytes.end(), '\x5A');
  write(file, bytes);
  auto opened = board::open(file);
  ASSERT_TRUE(opened) << opened.error().message;
  ASSERT_TRUE(opened->remember("k", "a", now));
  EXPECT_EQ(opened->answer_of("k", now), "a");
  EXPECT_EQ(slurp(aside_of(file)), bytes);
}

TEST(Board, RefusesWhatANewerVersionWroteAndLeavesIt) {
  const scratch dir;
  const auto file = dir / "board.sqlite";
  ASSERT_TRUE(board::open(file));
  {
    auto db = sqlite_database::open(file);
    ASSERT_TRUE(db && db->run("UPDATE schema_version SET version = 9"));
  }
  const auto opened = board::open(file);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, errc::conflict);
  EXPECT_THAT(opened.error().message, HasSubstr("newer Troupe"));
  EXPECT_EQ(aside_of(file), "");
}

TEST(Board, SaysWhatToDoWhereItMayNotWrite) {
  const scratch dir;
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0555));
  const auto file = dir / "board.sqlite";
  const auto code = as_user([&] {
    const auto opened = board::open(file);
    return !opened && opened.error().code == errc::refused &&
               opened.error().message.find(file.string()) != std::string::npos
             ? 0
             : 1;
  });
  EXPECT_EQ(code, 0);
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0700));
}

TEST(Board, RefusesAKeyOrAnAnswerBeyondItsBounds) {
  const scratch dir;
  auto opened = board::open(dir / "board.sqlite");
  ASSERT_TRUE(opened);
  EXPECT_EQ(
    opened->remember(std::string(1025, 'k'), "", now).error().code,
    errc::invalid_argument);
  EXPECT_EQ(
    opened->remember("k", std::string((1 << 20) + 1, 'a'), now).error().code,
    errc::invalid_argument);
}

} // namespace
} // namespace troupe::store
