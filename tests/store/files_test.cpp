#include "store/files.hpp"

#include "scratch.hpp"

#include "protocol/text.hpp"

#include <gmock/gmock.h>

#include <csignal>

#include <sys/mount.h>
#include <sys/resource.h>

namespace troupe::store {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;

/// Bounds how large a file may grow, so that writes come up short.
class file_size_scope {
public:
  explicit file_size_scope(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit bound{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &bound);
  }
  file_size_scope(const file_size_scope&) = delete;
  file_size_scope& operator=(const file_size_scope&) = delete;
  ~file_size_scope() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

/// A tmpfs of one small size; absent where it may not be mounted.
class small_disk {
public:
  explicit small_disk(const std::filesystem::path& at) : at_(at) {
    std::filesystem::create_directory(at);
    mounted_ = ::mount("none", at.c_str(), "tmpfs", 0, "size=64k") == 0;
  }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;
  ~small_disk() {
    if (mounted_)
      ::umount(at_.c_str());
  }
  [[nodiscard]] bool mounted() const { return mounted_; }

private:
  std::filesystem::path at_;
  bool mounted_ = false;
};

std::string whole_text(char letter) {
  return std::string(40'000, letter) + "\n";
}

bool is_whole(const std::string& text) {
  return text.size() == 40'001 && text.find_first_not_of(text[0]) == 40'000;
}

TEST(Snapshot, ReplacesTheTextWithPrivateModeUnderAnyUmask) {
  const scratch dir;
  for (const mode_t mask : {0000, 0022, 0777}) {
    const umask_scope scope(mask);
    ASSERT_TRUE(write_snapshot(dir / "a.json", "one"));
    ASSERT_TRUE(write_snapshot(dir / "a.json", "two"));
    EXPECT_EQ(slurp(dir / "a.json"), "two");
    EXPECT_EQ(mode_of(dir / "a.json"), 0600u);
  }
}

TEST(Snapshot, ReplacesASymbolicLinkAndNotWhatItNames) {
  const scratch dir;
  write(dir / "victim", "mine");
  std::filesystem::create_symlink(dir / "victim", dir / "a.json");
  std::filesystem::create_symlink(dir / "victim", dir / "a.json.new");
  ASSERT_TRUE(write_snapshot(dir / "a.json", "new"));
  EXPECT_EQ(slurp(dir / "victim"), "mine");
  EXPECT_EQ(slurp(dir / "a.json"), "new");
  EXPECT_FALSE(std::filesystem::is_symlink(dir / "a.json"));
}

TEST(Snapshot, IsWholeForReadersHoweverOftenItsWriterIsKilled) {
  const scratch dir;
  const auto file = dir / "a.json";
  ASSERT_TRUE(write_snapshot(file, whole_text('a')));
  int seen_new = 0;
  for (int round = 0; round < 200; ++round) {
    const auto child = ::fork();
    if (child == 0) {
      for (char letter = 'b';; letter = letter == 'z' ? 'b' : char(letter + 1))
        static_cast<void>(write_snapshot(file, whole_text(letter)));
    }
    for (int reads = 0; reads <= round % 7 || seen_new == 0; ++reads) {
      const auto text = read_file(file);
      ASSERT_TRUE(text);
      ASSERT_TRUE(is_whole(*text)) << "round " << round;
      seen_new += (*text)[0] != 'a';
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ASSERT_TRUE(is_whole(slurp(file))) << "after kill " << round;
  }
  EXPECT_GT(seen_new, 0);
  EXPECT_TRUE(write_snapshot(file, "last"));
}

TEST(Snapshot, LeavesTheOldTextWhereTheDirectoryCannotBeWritten) {
  const scratch dir;
  const auto inner = dir / "inner";
  std::filesystem::create_directory(inner);
  write(inner / "a.json", "old");
  std::filesystem::permissions(dir.path(), std::filesystem::perms(0755));
  std::filesystem::permissions(inner, std::filesystem::perms(0555));
  const auto code = as_user([&] {
    const auto done = write_snapshot(inner / "a.json", "new");
    const bool told = !done && done.error().code == errc::refused &&
                      done.error().message.find(inner.string()) != std::string::npos &&
                      done.error().message.find("give this user") != std::string::npos;
    return told ? 0 : 1;
  });
  EXPECT_EQ(code, 0);
  EXPECT_EQ(slurp(inner / "a.json"), "old");
  EXPECT_FALSE(std::filesystem::exists(inner / "a.json.new"));
}

TEST(Snapshot, LeavesTheOldTextAndNothingElseWhenTheWriteComesUpShort) {
  const scratch dir;
  ASSERT_TRUE(write_snapshot(dir / "a.json", "old"));
  {
    const file_size_scope bound(10);
    const auto done = write_snapshot(dir / "a.json", whole_text('x'));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, errc::busy);
  }
  EXPECT_EQ(slurp(dir / "a.json"), "old");
  EXPECT_FALSE(std::filesystem::exists(dir / "a.json.new"));
}

TEST(Snapshot, SaysToFreeSpaceOnAFullDiskAndKeepsTheOldText) {
  const scratch dir;
  const small_disk disk(dir / "disk");
  if (!disk.mounted())
    GTEST_SKIP() << "SKIPPED: no tmpfs may be mounted here, a full disk is not tested";
  const auto file = dir / "disk/a.json";
  ASSERT_TRUE(write_snapshot(file, "old"));
  const auto done = write_snapshot(file, std::string(200'000, 'x'));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, errc::busy);
  EXPECT_THAT(
    done.error().message,
    AllOf(HasSubstr(file.string()), HasSubstr("free some space")));
  EXPECT_EQ(slurp(file), "old");
  auto log = line_log::open(dir / "disk/log");
  ASSERT_TRUE(log);
  ASSERT_TRUE(log->append("first\n"));
  EXPECT_FALSE(log->append(std::string(200'000, 'x') + "\n"));
  EXPECT_EQ(slurp(dir / "disk/log"), "first\n");
}

TEST(SyncPaths, TakesFilesAndDirectoriesAndOverlooksWhatIsGone) {
  const scratch dir;
  write(dir / "file", "text");
  EXPECT_TRUE(sync_paths({dir / "file", dir.path(), dir / "gone"}).empty());
}

TEST(SyncPaths, SaysWhatItCouldNotBringToTheDiskAndDoesTheRest) {
  const scratch dir;
  write(dir / "file", "text");
  const auto failed = sync_paths({dir / "file/below", dir / "file"});
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].path, dir / "file/below");
  EXPECT_THAT(failed[0].why.message, HasSubstr("cannot sync"));
}

TEST(LineLog, AppendsAfterWhatIsThere) {
  const scratch dir;
  const umask_scope scope(0);
  for (const auto* line : {"one\n", "two\nthree\n"}) {
    auto log = line_log::open(dir / "log");
    ASSERT_TRUE(log);
    ASSERT_TRUE(log->append(line));
    EXPECT_EQ(log->size(), std::filesystem::file_size(dir / "log"));
  }
  EXPECT_EQ(slurp(dir / "log"), "one\ntwo\nthree\n");
  EXPECT_EQ(mode_of(dir / "log"), 0600u);
}

TEST(LineLog, CutsATornLastLineWhenOpened) {
  const scratch dir;
  const std::string far_back = "one\n" + std::string(200'000, 'x');
  const std::pair<std::string, std::string> cases[] = {
    {"one\ntw", "one\n"},
    {"torn", ""},
    {"", ""},
    {"one\n", "one\n"},
    {far_back, "one\n"}};
  for (const auto& [before, after] : cases) {
    write(dir / "log", before);
    auto log = line_log::open(dir / "log");
    ASSERT_TRUE(log);
    EXPECT_EQ(log->size(), after.size());
    ASSERT_TRUE(log->append("next\n"));
    EXPECT_EQ(slurp(dir / "log"), after + "next\n");
  }
}

TEST(LineLog, KeepsNothingOfLinesThatCouldNotAllBeWritten) {
  const scratch dir;
  auto log = line_log::open(dir / "log");
  ASSERT_TRUE(log && log->append("first\n"));
  {
    const file_size_scope bound(20);
    EXPECT_FALSE(log->append("a line that is longer than the bound\n"));
  }
  EXPECT_EQ(slurp(dir / "log"), "first\n");
  EXPECT_EQ(log->size(), 6u);
  ASSERT_TRUE(log->append("second\n"));
  EXPECT_EQ(slurp(dir / "log"), "first\nsecond\n");
}

TEST(LineLog, NamesTheFileAndTheCureWhenThereIsNoSpace) {
  auto log = line_log::open("/dev/full");
  ASSERT_TRUE(log);
  const auto done = log->append("line\n");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, errc::busy);
  EXPECT_THAT(
    done.error().message, AllOf(HasSubstr("/dev/full"), HasSubstr("free some space")));
}

TEST(LineLog, IsNotOpenedThroughASymbolicLink) {
  const scratch dir;
  write(dir / "victim", "torn");
  std::filesystem::create_symlink(dir / "victim", dir / "log");
  EXPECT_FALSE(line_log::open(dir / "log"));
  EXPECT_EQ(slurp(dir / "victim"), "torn");
}

TEST(ReadFile, TellsAbsentTooLargeAndNotAFileApart) {
  const scratch dir;
  write(dir / "a", "12345");
  EXPECT_EQ(*read_file(dir / "a"), "12345");
  EXPECT_EQ(*read_file(dir / "a", 5), "12345");
  EXPECT_EQ(read_file(dir / "a", 4).error().code, errc::busy);
  EXPECT_EQ(read_file(dir / "none").error().code, errc::not_found);
  EXPECT_EQ(read_file(dir.path()).error().code, errc::conflict);
  ASSERT_EQ(::mkfifo((dir / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_file(dir / "pipe").error().code, errc::conflict);
}

TEST(ReadTail, CutsToWholeCharactersAtBothEnds) {
  const scratch dir;
  const std::string text = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x8E\xAD";
  for (std::size_t end = 0; end <= text.size(); ++end) {
    write(dir / "a", text.substr(0, end));
    for (std::size_t bound = 0; bound <= end + 1; ++bound) {
      const auto tail = read_tail(dir / "a", bound);
      EXPECT_LE(tail.size(), bound);
      EXPECT_TRUE(is_utf8(tail)) << end << " " << bound;
    }
  }
  EXPECT_EQ(read_tail(dir / "a", 7), text.substr(3));
  EXPECT_EQ(read_tail(dir / "a", 6), text.substr(6));
  EXPECT_EQ(read_tail(dir / "none", 10), "");
}

TEST(MakeDirectory, MakesParentsPrivateUnderAnyUmaskAndKeepsWhatIsThere) {
  const scratch dir;
  for (const mode_t mask : {0000, 0777}) {
    const umask_scope scope(mask);
    const auto top = dir / ("m" + std::to_string(mask));
    ASSERT_TRUE(make_directory(top / "b/c"));
    ASSERT_TRUE(make_directory(top / "b/c"));
    EXPECT_EQ(mode_of(top), 0700u);
    EXPECT_EQ(mode_of(top / "b/c"), 0700u);
  }
  write(dir / "file", "");
  EXPECT_EQ(make_directory(dir / "file/x").error().code, errc::conflict);
  EXPECT_EQ(make_directory(dir / "file").error().code, errc::conflict);
}

TEST(SetAside, NeverOverwritesWhatWasSetAsideBefore) {
  const scratch dir;
  for (const auto* text : {"1", "2", "3"}) {
    write(dir / "a", text);
    const auto name = set_aside(dir / "a");
    EXPECT_EQ(slurp(name), text);
    EXPECT_THAT(name.filename().string(), testing::StartsWith("a.damaged-20"));
  }
  EXPECT_FALSE(std::filesystem::exists(dir / "a"));
  EXPECT_EQ(set_aside(dir / "a"), "");
}

TEST(SetTailAside, MovesTheTailAndCutsTheFile) {
  const scratch dir;
  write(dir / "log", "good\nbad\n");
  const auto aside = set_tail_aside(dir / "log", 5);
  ASSERT_TRUE(aside);
  EXPECT_EQ(slurp(dir / "log"), "good\n");
  EXPECT_EQ(slurp(*aside), "bad\n");
  EXPECT_EQ(mode_of(*aside), 0600u);
}

} // namespace
} // namespace troupe::store
