#include "keeper/paths.hpp"

#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <map>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::keeper {
namespace {

namespace fs = std::filesystem;

/// Puts the environment back.
class Paths : public testing::Test {
protected:
  Paths() {
    auto form = (fs::temp_directory_path() / "troupe-paths-XXXXXX").string();
    root_ = mkdtemp(form.data());
    for (const char* name :
         {"TROUPE_STATE_DIR", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "HOME"}) {
      const char* value = std::getenv(name);
      before_[name] = value ? std::optional<std::string>(value) : std::nullopt;
      unsetenv(name);
    }
  }
  ~Paths() override {
    for (const auto& [name, value] : before_)
      value ? setenv(name.c_str(), value->c_str(), 1) : unsetenv(name.c_str());
    fs::remove_all(root_);
  }

  fs::path root_;
  std::map<std::string, std::optional<std::string>> before_;
};

TEST_F(Paths, TheStateDirectoryIsTheOneGivenThenThatOfTheEnvironmentThenTheHomes) {
  setenv("HOME", root_.c_str(), 1);
  EXPECT_EQ(*state_dir({}), root_ / ".local/state/troupe");
  setenv("XDG_STATE_HOME", (root_ / "s").c_str(), 1);
  EXPECT_EQ(*state_dir({}), root_ / "s/troupe");
  setenv("TROUPE_STATE_DIR", (root_ / "t").c_str(), 1);
  EXPECT_EQ(*state_dir({}), root_ / "t");
  EXPECT_EQ(*state_dir((root_ / "u/").string()), root_ / "u");
}

TEST_F(Paths, OneStateDirectoryHasOneNameWhateverLinkLeadsThere) {
  fs::create_directories(root_ / "real");
  fs::create_symlink(root_ / "real", root_ / "link");

  EXPECT_EQ(*state_dir((root_ / "link").string()), root_ / "real");
  EXPECT_EQ(*state_dir((root_ / "x/../real").string()), root_ / "real");
}

TEST_F(Paths, EachStateDirectoryHasASocketOfItsOwn) {
  chmod(root_.c_str(), 0700);
  setenv("XDG_RUNTIME_DIR", root_.c_str(), 1);

  const auto a = socket_path("/a");
  const auto b = socket_path("/b");

  ASSERT_TRUE(a && b);
  EXPECT_NE(*a, *b);
  EXPECT_EQ(*a, root_ / "troupe" / (short_hash("/a") + ".sock"));
  EXPECT_EQ(short_hash("/a").size(), 8U);
}

TEST_F(Paths, WithoutARuntimeDirectoryTheSocketIsStillFound) {
  const auto path = socket_path("/a");

  ASSERT_TRUE(path) << path.error().message;
  EXPECT_TRUE(path->ends_with(short_hash("/a") + ".sock"));
  EXPECT_TRUE(path->starts_with("/run/user/") || path->starts_with("/tmp/troupe-"));
}

TEST_F(Paths, APrivateDirectoryIsClosedToOthers) {
  fs::create_directories(root_ / "d");
  chmod((root_ / "d").c_str(), 0755);

  ASSERT_TRUE(private_directory(root_ / "d"));

  EXPECT_EQ(fs::status(root_ / "d").permissions(), fs::perms::owner_all);
}

TEST_F(Paths, AForeignOrLinkedDirectoryIsRefused) {
  fs::create_directories(root_ / "real");
  fs::create_symlink(root_ / "real", root_ / "link");
  const auto linked = private_directory(root_ / "link");
  ASSERT_FALSE(linked);
  EXPECT_TRUE(linked.error().message.ends_with(
    "link is not a directory; remove it or choose another"));
  if (getuid() != 0)
    GTEST_SKIP() << "only root can make a foreign directory";
  fs::create_directories(root_ / "foreign");
  ASSERT_EQ(chown((root_ / "foreign").c_str(), 1000, 1000), 0);

  const auto foreign = private_directory(root_ / "foreign");

  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().code, errc::refused);
}

} // namespace
} // namespace troupe::keeper
