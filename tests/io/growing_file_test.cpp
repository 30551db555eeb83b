#include "io/growing_file.hpp"

#include "scratch.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

namespace troupe::io {
namespace {

struct GrowingFile : testing::Test {
  scratch dir;
  growing_file subject{dir.path("log"), 0};
};

TEST_F(GrowingFile, IsNothingUntilItIsThere) {
  const auto before = subject.read(10);
  dir.append("log", "text");
  const auto after = subject.read(10);

  EXPECT_EQ(before.bytes, "");
  EXPECT_FALSE(before.unknown);
  EXPECT_EQ(after.bytes, "text");
}

TEST_F(GrowingFile, IsReadInPiecesThatSayWhetherThereIsMore) {
  dir.append("log", "0123456789");

  const auto first = subject.read(6);
  const auto second = subject.read(6);
  const auto third = subject.read(6);

  EXPECT_EQ(first.bytes, "012345");
  EXPECT_TRUE(first.more);
  EXPECT_EQ(second.offset, 6U);
  EXPECT_EQ(second.bytes, "6789");
  EXPECT_FALSE(second.more);
  EXPECT_EQ(third.offset, 10U);
  EXPECT_EQ(third.bytes, "");
}

TEST_F(GrowingFile, ThatWasCutSaysSoOnceAndIsReadFromItsStart) {
  dir.append("log", "0123456789");
  EXPECT_EQ(subject.read(100).bytes.size(), 10U);
  std::filesystem::resize_file(dir.path("log"), 0);
  dir.append("log", "new");

  const auto shrunk = subject.read(100);
  const auto quiet = subject.read(100);
  dir.append("log", "er");
  const auto grown = subject.read(100);

  EXPECT_TRUE(shrunk.shrunk);
  EXPECT_EQ(shrunk.offset, 0U);
  EXPECT_EQ(shrunk.bytes, "new");
  EXPECT_FALSE(quiet.shrunk);
  EXPECT_EQ(grown.offset, 3U);
  EXPECT_EQ(grown.bytes, "er");
}

TEST_F(GrowingFile, ThatWasRemovedIsReadToItsEndAndThenTheOneInItsPlace) {
  dir.append("log", "old");
  EXPECT_EQ(subject.read(2).bytes, "ol");
  std::filesystem::remove(dir.path("log"));
  dir.append("log", "fresh one");

  EXPECT_EQ(subject.read(100).bytes, "d");
  EXPECT_EQ(subject.read(100).bytes, "");
  EXPECT_EQ(subject.read(100).bytes, "sh one");
}

TEST_F(GrowingFile, IsNeitherALinkNorAFifo) {
  dir.append("target", "secret");
  std::filesystem::create_symlink(dir.path("target"), dir.path("link"));
  ASSERT_EQ(::mkfifo(dir.path("fifo").c_str(), 0600), 0);

  EXPECT_EQ(growing_file(dir.path("link"), 0).read(10).bytes, "");
  EXPECT_EQ(growing_file(dir.path("fifo"), 0).read(10).bytes, "");
}

TEST_F(GrowingFile, IsUnknownWhileTheProcessHasNoDescriptorForIt) {
  dir.append("log", "text");
  rlimit usual{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &usual), 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = usual.rlim_max};

  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto during = subject.read(10);
  ::setrlimit(RLIMIT_NOFILE, &usual);
  const auto after = subject.read(10);

  EXPECT_TRUE(during.unknown);
  EXPECT_EQ(during.bytes, "");
  EXPECT_FALSE(after.unknown);
  EXPECT_EQ(after.bytes, "text");
}

TEST_F(GrowingFile, KnowsTheFreeDiskUnderItBeforeItIsThere) {
  const auto free = std::filesystem::space(dir.path()).available;

  const auto known = subject.free_bytes();

  EXPECT_GT(known, free / 2);
  EXPECT_LT(known, free * 2);
}

TEST(GrowingFilePath, IsCutIntoDirectoryAndName) {
  EXPECT_EQ(growing_file("/a/b", 0).directory(), "/a");
  EXPECT_EQ(growing_file("/a/b", 0).name(), "b");
  EXPECT_EQ(growing_file("/b", 0).directory(), "/");
  EXPECT_EQ(growing_file("b", 0).directory(), ".");
}

} // namespace
} // namespace troupe::io
