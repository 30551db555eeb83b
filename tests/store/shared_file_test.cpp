#include "store/shared_file.hpp"

#include "scratch.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace troupe::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class SharedFile : public testing::Test {
protected:
  SharedFile() {
    fs::create_directories(inside_ / "sub");
    write(outside_, "secret");
  }

  errc refusal(const std::string& name) const {
    const auto text = read_inside(inside_, name);
    return text ? errc::internal : text.error().code;
  }

  errc refusal_to_write(const std::string& name) const {
    const auto done = write_inside(inside_, name, "mine");
    return done ? errc::internal : done.error().code;
  }

  scratch at_;
  fs::path inside_ = at_ / "inside";
  fs::path outside_ = at_ / "outside.txt";
};

TEST_F(SharedFile, IsReadByItsWholeNameOrFromTheDirectory) {
  write(inside_ / "sub" / "a.txt", "words");

  EXPECT_EQ(read_inside(inside_, (inside_ / "sub/a.txt").string()), "words");
  EXPECT_EQ(read_inside(inside_, "sub/a.txt"), "words");
  EXPECT_EQ(read_inside(inside_, "sub/../sub/a.txt"), "words");
}

TEST_F(SharedFile, IsFoundByWhatItsDirectoryIsALinkTo) {
  write(inside_ / "a.txt", "words");
  fs::create_directory_symlink(inside_, at_ / "link");

  EXPECT_EQ(read_inside(at_ / "link", (inside_ / "a.txt").string()), "words");
}

TEST_F(SharedFile, IsNeverOutside) {
  fs::create_symlink("../outside.txt", inside_ / "up");
  fs::create_symlink(outside_, inside_ / "absolute");
  fs::create_directory_symlink("..", inside_ / "sub" / "back");
  fs::create_directory_symlink("/proc/self", inside_ / "proc");

  const std::vector<std::string> names{
    "../outside.txt",
    "sub/../../outside.txt",
    outside_,
    inside_ / "../outside.txt",
    inside_.string() + "//" + outside_.string(),
    "up",
    "absolute",
    "sub/back/../outside.txt",
    "proc/environ",
    std::string("a\0b", 3)};

  for (const auto& name : names) {
    EXPECT_EQ(refusal(name), errc::refused) << name;
    EXPECT_EQ(refusal_to_write(name), errc::refused) << name;
  }
  EXPECT_EQ(slurp(outside_), "secret");
}

TEST_F(SharedFile, MayBeBehindALinkThatStaysInside) {
  write(inside_ / "sub" / "a.txt", "words");
  fs::create_symlink("sub/a.txt", inside_ / "link");

  EXPECT_EQ(read_inside(inside_, "link"), "words");
  EXPECT_EQ(write_inside(inside_, "link", "others"), false);
  EXPECT_EQ(slurp(inside_ / "sub" / "a.txt"), "others");
}

TEST_F(SharedFile, ThatIsNotThereIsNotFound) {
  EXPECT_EQ(refusal("absent.txt"), errc::not_found);
  EXPECT_EQ(refusal_to_write("no/such/directory.txt"), errc::not_found);
}

TEST_F(SharedFile, IsWrittenInPlace) {
  const umask_scope plain(022);

  EXPECT_EQ(write_inside(inside_, "new.txt", "a long text"), true);
  EXPECT_EQ(mode_of(inside_ / "new.txt"), 0644u);
  fs::permissions(inside_ / "new.txt", fs::perms{0755});
  EXPECT_EQ(write_inside(inside_, "new.txt", "short"), false);

  EXPECT_EQ(slurp(inside_ / "new.txt"), "short");
  EXPECT_EQ(mode_of(inside_ / "new.txt"), 0755u);
}

TEST_F(SharedFile, IsARegularOne) {
  ASSERT_EQ(::mkfifo((inside_ / "pipe").c_str(), 0600), 0);

  EXPECT_EQ(refusal("pipe"), errc::invalid_argument);
  EXPECT_EQ(refusal("sub"), errc::invalid_argument);
  EXPECT_EQ(refusal_to_write("pipe"), errc::invalid_argument);
  EXPECT_EQ(refusal_to_write("sub"), errc::invalid_argument);
}

TEST_F(SharedFile, IsAText) {
  write(inside_ / "bytes", "\xff\xfe");

  EXPECT_EQ(refusal("bytes"), errc::invalid_argument);
}

TEST_F(SharedFile, IsOfBoundedSize) {
  write(inside_ / "just", std::string(shared_file_bytes_max, 'x'));
  write(inside_ / "more", std::string(shared_file_bytes_max + 1, 'x'));

  EXPECT_TRUE(read_inside(inside_, "just"));
  const auto more = read_inside(inside_, "more");
  ASSERT_FALSE(more);
  EXPECT_THAT(more.error().message, HasSubstr("larger than 1024 KiB"));
}

} // namespace
} // namespace troupe::store
