#include "cli/starter.hpp"
#include "keeper/lease.hpp"
#include "protocol/jsonrpc.hpp"
#include "tests/cli/fake_daemon.hpp"

#include <csignal>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>
#include <sstream>
#include <sys/stat.h>

namespace troupe {

namespace {

using namespace testing;

/// An installation of its own: the real program, and a fake supervisor beside it.
class daemon_start : public ::testing::Test {
protected:
  daemon_start() {
    std::filesystem::create_directories(bin());
    std::filesystem::copy_file(troupe_program(), bin() / "troupe");
    std::filesystem::copy_file(
      std::string(TROUPE_BINARY_DIR) + "/tests/cli/fake_supervisor",
      bin() / "troupe-supervisor");
  }
  ~daemon_start() override {
    EXPECT_EQ(command({"daemon", "stop"})->exit_code(), 0) << log();
  }

  std::filesystem::path bin() const { return place_.path() / "bin"; }

  std::unique_ptr<program> command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), bin() / "troupe");
    arguments.insert(arguments.end(), {"--state-dir", place_.state()});
    return std::make_unique<program>(arguments, environment_);
  }

  std::string log() const {
    std::ifstream file(place_.state() + "/daemon.log");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  meeting_place place_;
  std::vector<std::string> environment_{
    "PATH=/usr/bin:/bin",
    "SECRET=of one client",
    "TROUPE_CONFIG=/nowhere.yml",
    "XDG_RUNTIME_DIR=" + place_.path().string()};
};

std::string file_text(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

} // namespace

TEST_F(daemon_start, TenRelaysAtOnceStartOne) {
  std::vector<std::unique_ptr<program>> relays;
  for (int i = 0; i < 10; ++i)
    relays.push_back(command({"mcp"}));
  json pid;
  for (auto& relay : relays) {
    relay->in.say(request(1, "initialize"));
    const auto welcome = relay->out.message();
    ASSERT_TRUE(welcome.contains("result")) << print_json(welcome) << log();
    if (pid.is_null())
      pid = welcome["result"]["pid"];
    EXPECT_EQ(welcome["result"]["pid"], pid) << "all talk to the same supervisor";
  }
}

TEST_F(daemon_start, LeavesNothingOfTheClientInTheDaemon) {
  auto relay = command({"mcp"});
  relay->in.say(request(1, "ping"));
  ASSERT_TRUE(relay->out.message().contains("result")) << log();
  const auto info = keeper::read_daemon(place_.state());
  ASSERT_TRUE(info);
  const auto proc = "/proc/" + std::to_string(info->pid);
  const auto environment = file_text(proc + "/environ");
  EXPECT_EQ(environment.find("SECRET"), std::string::npos);
  EXPECT_NE(environment.find("TROUPE_CONFIG=/nowhere.yml"), std::string::npos);
  EXPECT_EQ(std::filesystem::read_symlink(proc + "/cwd"), "/");
  EXPECT_EQ(std::filesystem::read_symlink(proc + "/fd/0"), "/dev/null");
  EXPECT_EQ(
    std::filesystem::read_symlink(proc + "/fd/2"),
    std::filesystem::canonical(place_.state() + "/daemon.log"));
  EXPECT_EQ(getsid(info->pid) == getsid(0), false);
  struct stat facts {};
  ASSERT_EQ(stat((place_.state() + "/daemon.log").c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  relay->signal(SIGKILL);
  EXPECT_EQ(relay->exit_code(), 128 + SIGKILL);
  EXPECT_EQ(kill(info->pid, 0), 0) << "a client's death is nothing to it";
}

TEST_F(daemon_start, SaysWhyTheSupervisorDoesNotRun) {
  std::ofstream(bin() / "troupe-supervisor.fails") << "yes";
  auto relay = command({"mcp"});
  relay->in.say(request(1, "initialize"));
  const auto answer = relay->out.message();
  ASSERT_TRUE(answer.contains("error")) << log();
  EXPECT_NE(
    answer["error"]["message"].get<std::string>().find("daemon did not start"),
    std::string::npos)
    << print_json(answer);
  relay->in.end();
  EXPECT_EQ(relay->exit_code(), 4);
}

TEST_F(daemon_start, SaysThatTheSupervisorIsMissing) {
  std::filesystem::remove(bin() / "troupe-supervisor");
  auto ps = command({"ps"});
  EXPECT_EQ(ps->exit_code(), 4);
  const auto text = ps->err.line().value_or("");
  EXPECT_NE(text.find("installation is incomplete"), std::string::npos) << text;
}

TEST_F(daemon_start, AKilledDaemonIsStartedAgainForAnUnansweredCall) {
  auto relay = command({"mcp"});
  relay->in.say(request(1, "initialize"));
  ASSERT_TRUE(relay->out.message().contains("result")) << log();
  const auto first = keeper::read_daemon(place_.state());
  ASSERT_TRUE(first);
  auto stop = command({"daemon", "stop"});
  EXPECT_EQ(stop->exit_code(), 0);
  EXPECT_EQ(stop->out.line(), "stopped; it ended 0 runs");
  EXPECT_FALSE(keeper::read_daemon(place_.state())) << "nobody needs it now";
  relay->in.say(request(2, "ping"));
  EXPECT_EQ(relay->out.message()["id"], 2);
  const auto second = keeper::read_daemon(place_.state());
  ASSERT_TRUE(second);
  EXPECT_NE(second->pid, first->pid);
}

TEST_F(daemon_start, CanBeAskedStartedAndStopped) {
  EXPECT_EQ(command({"daemon", "status"})->exit_code(), 4);
  auto start = command({"daemon", "start"});
  EXPECT_EQ(start->exit_code(), 0) << log();
  EXPECT_EQ(command({"daemon", "status"})->exit_code(), 0);
  auto again = command({"daemon", "start"});
  EXPECT_EQ(again->out.line(), "already running");
  EXPECT_EQ(again->exit_code(), 0);
  EXPECT_EQ(command({"daemon", "restart"})->exit_code(), 0) << log();
  EXPECT_EQ(command({"daemon", "stop"})->exit_code(), 0);
  auto stop = command({"daemon", "stop"});
  EXPECT_EQ(stop->out.line(), "not running");
}

TEST_F(daemon_start, IsFoundByTheStateDirectoryWhereverItListens) {
  EXPECT_EQ(command({"daemon", "start"})->exit_code(), 0) << log();
  const auto elsewhere = place_.path() / "elsewhere";
  std::filesystem::create_directory(elsewhere);
  environment_.back() = "XDG_RUNTIME_DIR=" + elsewhere.string();
  auto stop = command({"daemon", "stop"});
  EXPECT_EQ(stop->out.line(), "stopped; it ended 0 runs");
  EXPECT_EQ(stop->exit_code(), 0);
}

TEST_F(daemon_start, DoesNotStopAProcessThatOnlyHasItsPid) {
  keeper::daemon_info left_over;
  left_over.pid = getpid();
  left_over.socket = place_.socket();
  left_over.version = "0";
  std::ofstream(place_.state() + "/daemon.json") << encode_text(left_over);
  auto stop = command({"daemon", "stop"});
  EXPECT_EQ(stop->exit_code(), 0);
  EXPECT_EQ(stop->out.line(), "not running");
  std::filesystem::remove(place_.state() + "/daemon.json");
}

TEST_F(daemon_start, IsNotDoneByACommandInsideARun) {
  environment_.push_back("TROUPE_RUN_ID=r_1");
  EXPECT_EQ(command({"ps"})->exit_code(), 4);
  EXPECT_EQ(command({"daemon", "start"})->exit_code(), 1);
  EXPECT_EQ(command({"daemon", "stop"})->exit_code(), 1);
  EXPECT_FALSE(std::filesystem::exists(place_.state() + "/start.lock"));
  environment_.pop_back();
}

TEST(DaemonEnvironment, KeepsOnlyWhatIsNobodysOwn) {
  const std::vector<std::string> full{
    "PATH=/bin",
    "HOME=/home/a",
    "LC_ALL=C",
    "XDG_RUNTIME_DIR=/run",
    "TROUPE_PROBE_CGROUP=0",
    "TROUPE_TOKEN_FILE=/t",
    "ANTHROPIC_API_KEY=secret",
    "PATHOLOGICAL=1",
    "CLAUDECODE=1"};
  cli::place where;
  where.config = "/etc/t.yml";
  EXPECT_EQ(
    cli::daemon_environment(full, where),
    (std::vector<std::string>{
      "PATH=/bin",
      "HOME=/home/a",
      "LC_ALL=C",
      "XDG_RUNTIME_DIR=/run",
      "TROUPE_PROBE_CGROUP=0",
      "TROUPE_CONFIG=/etc/t.yml"}));
}

} // namespace troupe
