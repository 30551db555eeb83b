#include "keeper/spawn.hpp"

#include "keeper/files.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::keeper {
namespace {

namespace fs = std::filesystem;
using testing::StartsWith;

class Spawn : public testing::Test {
protected:
  Spawn() {
    auto form = (fs::temp_directory_path() / "troupe-spawn-XXXXXX").string();
    root_ = mkdtemp(form.data());
  }
  ~Spawn() override { fs::remove_all(root_); }

  std::string file(const char* name, const char* text, mode_t mode) {
    const auto path = (root_ / name).string();
    EXPECT_TRUE(replace_file(path, text, false));
    chmod(path.c_str(), mode);
    return path;
  }

  /// Runs to its end; stdout as text.
  std::string output(launch what) {
    std::array<int, 2> ends{-1, -1};
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    const descriptor from(ends[0]);
    descriptor to(ends[1]);
    what.stdio[1] = to.get();
    const auto born = start(what);
    to.reset();
    if (!born)
      return explain(born.error(), what);
    waitpid(born->pid, nullptr, 0);
    std::array<char, 4096> block{};
    const auto n = read(from.get(), block.data(), block.size());
    return {block.data(), static_cast<std::size_t>(n < 0 ? 0 : n)};
  }

  static launch shell(const std::string& text) {
    launch what;
    what.program = "/bin/sh";
    what.argv = {"sh", "-c", text};
    what.env = {"PATH=/usr/bin:/bin"};
    return what;
  }

  fs::path root_;
};

TEST_F(Spawn, GivesArgumentsEnvironmentDirectoryAndMask) {
  auto what = shell("echo \"$0 $1 $X\"; pwd; umask");
  what.argv.insert(what.argv.end(), {"a b", "c"});
  what.env.emplace_back("X=é");
  what.cwd = "/usr";
  what.umask = 027;

  EXPECT_EQ(output(what), "a b c é\n/usr\n0027\n");
}

TEST_F(Spawn, LimitsOpenFiles) {
  auto what = shell("ulimit -n");
  what.files = rlimit{64, 64};

  EXPECT_EQ(output(what), "64\n");
}

TEST_F(Spawn, HandsDescriptorsOverByNumberEvenIfTheyCross) {
  const auto a = file("a", "A", 0600);
  const auto b = file("b", "B", 0600);
  const descriptor first(open(a.c_str(), O_RDONLY | O_CLOEXEC));
  const descriptor second(open(b.c_str(), O_RDONLY | O_CLOEXEC));
  auto what = shell("cat <&3; cat <&4");
  what.handed = {second.get(), first.get()};

  EXPECT_EQ(output(what), "BA");
}

TEST_F(Spawn, LeavesNoChildOfARefusedOne) {
  auto what = shell("true");
  what.cwd = root_ / "none";

  const auto born = start(what);

  ASSERT_FALSE(born);
  EXPECT_EQ(born.error().step, launch_step::cwd);
  EXPECT_EQ(born.error().error, ENOENT);
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
}

TEST_F(Spawn, SaysWhatIsWrongWithAProgramThatCannotRun) {
  auto what = shell("");
  what.program = file("data", "no program", 0755);
  EXPECT_THAT(
    output(what), StartsWith("cannot run " + what.program + ": not a program"));
  what.program = file("script", "#!/no/such/sh\n", 0755);
  EXPECT_THAT(
    output(what), StartsWith("cannot run " + what.program + ": the interpreter"));
  what.program = "/bin/true";
  what.argv.emplace_back(std::string(200'000, 'x'));
  EXPECT_THAT(
    output(what), StartsWith("cannot run /bin/true: arguments and environment"));
}

TEST_F(Spawn, KnowsWhichFailuresMayPass) {
  EXPECT_TRUE(may_pass({launch_step::clone, EAGAIN}));
  EXPECT_TRUE(may_pass({launch_step::clone, ENOMEM}));
  EXPECT_FALSE(may_pass({launch_step::exec, ENOENT}));
}

TEST_F(Spawn, FindsAProgramOnThePathOfItsOwnEnvironment) {
  fs::create_directories(root_ / "one");
  fs::create_directories(root_ / "two");
  file("one/tool", "x", 0644);
  const auto right = file("two/tool", "x", 0755);
  const auto path = "PATH=" + (root_ / "one").string() + ":" + (root_ / "two").string();

  EXPECT_EQ(*find_program("tool", {"A=1", path}, "/"), right);
  EXPECT_EQ(*find_program("./two/tool", {}, root_), root_ / "./two/tool");
}

TEST_F(Spawn, SaysWhyAProgramIsNotFound) {
  const auto locked = file("locked", "x", 0644);
  const auto reason = [&](const std::string& name) {
    return find_program(name, {"PATH=" + root_.string()}, "/").error().message;
  };

  EXPECT_EQ(
    reason("absent"),
    "no such program: absent, looked for on PATH " + root_.string() +
      "; install it, or give its full path");
  EXPECT_THAT(reason("locked"), StartsWith("permission denied: " + locked));
  EXPECT_EQ(reason("/usr"), "/usr is a directory; name the program in it");
  EXPECT_THAT(reason("/no/thing"), StartsWith("no such program: /no/thing"));
}

} // namespace
} // namespace troupe::keeper
