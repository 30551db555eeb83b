#include "tests/e2e/daemon.hpp"

#include "cli/starter.hpp"
#include "keeper/cgroup.hpp"
#include "keeper/lease.hpp"
#include "keeper/paths.hpp"
#include "tests/support/reach.hpp"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <fstream>
#include <poll.h>
#include <sstream>
#include <sys/wait.h>
#include <tuple>
#include <unistd.h>

namespace troupe::e2e {

using testing::program;

namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<pid_t> all_processes() {
  std::vector<pid_t> all;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", gone)) {
    const auto name = entry.path().filename().string();
    pid_t pid = 0;
    const auto [end, bad] =
      std::from_chars(name.data(), name.data() + name.size(), pid);
    if (bad == std::errc() && end == name.data() + name.size())
      all.push_back(pid);
  }
  return all;
}

std::string proc(pid_t pid, const char* file) {
  return text_of("/proc/" + std::to_string(pid) + "/" + file);
}

bool is_zombie(pid_t pid) {
  const auto stat = proc(pid, "stat");
  const auto name_end = stat.rfind(')');
  return name_end == stat.npos || stat.substr(name_end + 1, 2) == " Z";
}

std::vector<std::string> cgroups_of(const std::string& state) {
  std::vector<std::string> found;
  const auto directory = keeper::state_dir(state);
  const auto name = "troupe-" + keeper::short_hash(directory.value_or(state));
  std::error_code gone;
  for (std::filesystem::recursive_directory_iterator it("/sys/fs/cgroup", gone), end;
       it != end && !gone;
       it.increment(gone))
    if (it->is_directory(gone) && it->path().filename() == name)
      found.push_back(it->path());
  return found;
}

} // namespace

connection::connection(std::unique_ptr<program> relay)
  : relay_(std::move(relay)),
    client_(std::make_unique<client>(&relay_->in, &relay_->out)) {}

connection::connection(keeper::descriptor link, const json& hello) {
  end_ = testing::line_end(keeper::descriptor(dup(link.get())));
  out_ = testing::line_end(std::move(link));
  end_.say(hello);
  client_ = std::make_unique<client>(&end_, &out_);
}

std::string tier_name(const ::testing::TestParamInfo<tier>& info) {
  switch (info.param) {
  case tier::cgroup:
    return "Cgroup";
  case tier::subtree:
    return "Subtree";
  case tier::other_user:
    return "OtherUser";
  }
  return "";
}

daemon_test::daemon_test()
  : marker_(place_.path().filename()), guard_([this] { clear_up(); }) {
  signal(SIGPIPE, SIG_IGN);
  environment_ = {
    "PATH=/usr/bin:/bin",
    "HOME=" + place_.path().string(),
    "XDG_RUNTIME_DIR=" + place_.path().string()};
}

void daemon_test::SetUp() {}

void daemon_test::use(tier how) {
  if (how == tier::cgroup && geteuid() != 0)
    GTEST_SKIP() << "NOT SHOWN: cgroups of our own need root";
  if (how != tier::cgroup)
    environment_.emplace_back("TROUPE_PROBE_CGROUP=0");
  if (how != tier::other_user)
    return;
  if (geteuid() != 0)
    GTEST_SKIP() << "NOT SHOWN: becoming another user needs root";
  if (!test::is_open_to_all(testing::troupe_program()))
    GTEST_SKIP() << "NOT SHOWN: another user may not reach "
                 << testing::troupe_program();
  in_front_ = {"/usr/bin/setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"};
  for (const auto& path : {place_.path(), place_.path() / "state"})
    ASSERT_EQ(chown(path.c_str(), 1000, 1000), 0);
}

void daemon_test::use_older_kernel() {
  for (const auto* newer : {"CGROUP_KILL", "PIDFS", "PIDFD_INFO", "ZOMBIE"})
    environment_.push_back("TROUPE_PROBE_" + std::string(newer) + "=0");
}

void daemon_test::configure(const std::string& yaml) {
  const auto file = place_.path() / "troupe.yml";
  std::ofstream(file) << yaml;
  environment_.push_back("TROUPE_CONFIG=" + file.string());
}

std::unique_ptr<program> daemon_test::troupe(std::vector<std::string> arguments) {
  auto argv = in_front_;
  argv.push_back(testing::troupe_program());
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  argv.insert(argv.end(), {"--state-dir", place_.state()});
  return std::make_unique<program>(argv, environment_);
}

connection daemon_test::join() {
  connection made(troupe({"mcp"}));
  made->enter();
  return made;
}

keeper::descriptor daemon_test::dial() const {
  auto link = cli::connect_to(place_.socket());
  EXPECT_TRUE(link) << link.error().message << log();
  return link ? std::move(*link) : keeper::descriptor();
}

json daemon_test::hello() const {
  json env = json::object();
  for (const auto& entry : environment_)
    env[entry.substr(0, entry.find('='))] = entry.substr(entry.find('=') + 1);
  return {{"version", 1}, {"relay", ""}, {"cwd", place_.path().string()}, {"env", env}};
}

connection daemon_test::join_socket() {
  connection made(dial(), hello());
  made->enter();
  return made;
}

json daemon_test::agent(std::vector<std::string> act, json more) const {
  act.insert(act.begin(), agent_program());
  act.push_back(marker_);
  json request{
    {"backend", "process"},
    {"prompt", "go"},
    {"cwd", place_.path().string()},
    {"restart", {{"type", "temporary"}}},
    {"backend_config", {{"command", act}, {"stdin", "none"}}}};
  if (more.is_object())
    request.merge_patch(more);
  return request;
}

std::string daemon_test::spawn(client& by, std::vector<std::string> act, json more) {
  return by.must("spawn_run", agent(std::move(act), std::move(more)))
    .value("run_id", "");
}

std::vector<pid_t> daemon_test::processes() const {
  std::vector<pid_t> found;
  for (const auto pid : all_processes()) {
    if (pid == getpid() || is_zombie(pid))
      continue;
    const auto is_ours = [&](const char* file) {
      return proc(pid, file).find(marker_) != std::string::npos;
    };
    if (is_ours("cmdline") || is_ours("environ"))
      found.push_back(pid);
  }
  return found;
}

std::vector<pid_t> daemon_test::agents() const {
  auto found = processes();
  std::erase_if(found, [&](pid_t pid) {
    return proc(pid, "cmdline").find("e2e_agent") == std::string::npos;
  });
  return found;
}

std::vector<pid_t> daemon_test::bearers(const std::string& run_id) const {
  auto found = all_processes();
  const auto mark = "TROUPE_RUN_ID=" + run_id;
  std::erase_if(found, [&](pid_t pid) {
    return is_zombie(pid) || proc(pid, "environ").find(mark) == std::string::npos;
  });
  return found;
}

std::vector<std::string>
daemon_test::transcript(const std::string& run_id, int attempt) const {
  std::ifstream file(
    place_.state() + "/runs/" + run_id + "/attempts/" + std::to_string(attempt) +
    "/stdout.ndjson");
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    lines.push_back(line);
  return lines;
}

std::vector<std::string> daemon_test::groups() const {
  std::vector<std::string> found;
  std::error_code gone;
  for (const auto& root : cgroups_of(place_.state()))
    for (const auto& entry : std::filesystem::directory_iterator(root, gone))
      if (entry.is_directory(gone))
        found.push_back(entry.path());
  return found;
}

std::string daemon_test::described(const std::vector<pid_t>& pids) const {
  std::string text;
  for (const auto pid : pids) {
    auto words = proc(pid, "cmdline");
    std::ranges::replace(words, '\0', ' ');
    text += "\n  " + std::to_string(pid) + ": " + words;
  }
  return text;
}

pid_t daemon_test::keeper() const {
  const auto info = keeper::read_daemon(place_.state());
  EXPECT_TRUE(info) << "there is no daemon" << log();
  return info ? info->pid : 0;
}

void daemon_test::kill_supervisor() const {
  const auto old = supervisor();
  ASSERT_GT(old, 0);
  ASSERT_TRUE(signal_one(old, SIGKILL));
  ASSERT_TRUE(eventually([&] {
    const auto now = supervisor();
    return now > 0 && now != old;
  }))
    << log();
}

pid_t daemon_test::supervisor() const {
  const auto parent = std::to_string(keeper());
  for (const auto pid : all_processes())
    if (
      proc(pid, "comm").starts_with("troupe-supervis") &&
      proc(pid, "status").find("PPid:\t" + parent + "\n") != std::string::npos)
      return pid;
  return 0;
}

void daemon_test::expect_whole(
  client& me, const std::vector<std::string>& run_ids, int lines) const {
  for (const auto& [run_id, brief] : me.ended(run_ids)) {
    EXPECT_EQ(brief["status"], "completed")
      << print_json(me.must("get_run", {{"run_id", run_id}})) << log();
    EXPECT_EQ(brief["restarts"], 0) << print_json(brief);
    int said = 0;
    std::uint64_t seq = 0;
    for (const auto& event : me.events(run_id)) {
      ASSERT_EQ(event["seq"], ++seq);
      if (event["type"] == "agent_message") {
        ASSERT_EQ(event["data"]["text"], "line " + std::to_string(++said));
      }
    }
    EXPECT_EQ(said, lines) << run_id;
  }
}

std::string daemon_test::log() const {
  constexpr std::size_t enough = 4000;
  const auto text = text_of(place_.state() + "/daemon.log");
  return "\n" + text.substr(text.size() - std::min(text.size(), enough));
}

void daemon_test::TearDown() {
  auto stop = troupe({"daemon", "stop"});
  EXPECT_EQ(stop->exit_code(), 0) << stop->err.line().value_or("") << log();
  const bool gone = eventually([&] { return processes().empty(); });
  EXPECT_TRUE(gone) << "left over:" << described(processes());
  for (const auto pid : processes())
    kill(pid, SIGKILL);
  if (HasFailure())
    GTEST_LOG_(INFO) << log();
  for (const auto& each : cgroups_of(place_.state()))
    ADD_FAILURE() << "left over: " << each;
}

/// In the guard's process, which no test waits for.
void daemon_test::clear_up() const {
  const auto info = keeper::read_daemon(place_.state());
  const auto left = processes();
  if (info && std::ranges::find(left, info->pid) != left.end())
    std::ignore = signal_one(info->pid, SIGTERM);
  bool gone = eventually([&] { return processes().empty(); });
  gone = gone || eventually([&] {
           for (const auto pid : processes())
             kill(pid, SIGKILL);
           return processes().empty();
         });
  std::error_code ignored;
  for (const auto& group : cgroups_of(place_.state()))
    keeper::remove_groups(group);
  if (gone)
    std::filesystem::remove_all(place_.path(), ignored);
}

bool eventually(const std::function<bool()>& so) {
  const auto by = std::chrono::steady_clock::now() + testing::deadline;
  while (!so()) {
    if (std::chrono::steady_clock::now() > by)
      return false;
    poll(nullptr, 0, 5);
  }
  return true;
}

bool signal_one(pid_t pid, int signal) {
  return pid > 0 && kill(pid, signal) == 0;
}

long cpu_ticks(pid_t pid) {
  const auto stat = proc(pid, "stat");
  std::istringstream after_name(
    stat.substr(std::min(stat.size(), stat.rfind(')') + 1)));
  std::string skipped;
  for (int i = 0; i < 11; ++i)
    after_name >> skipped;
  long user = 0;
  long system = 0;
  after_name >> user >> system;
  return user + system;
}

descriptors descriptors_of(pid_t pid) {
  descriptors open;
  std::error_code gone;
  const auto place = "/proc/" + std::to_string(pid) + "/fd";
  for (const auto& each : std::filesystem::directory_iterator(place, gone))
    open[each.path().filename()] = std::filesystem::read_symlink(each, gone);
  return open;
}

std::string listed(const descriptors& open) {
  std::string text;
  for (const auto& [number, what] : open)
    text += "\n  " + number + ": " + what;
  return text;
}

std::string agent_program() {
  return std::string(TROUPE_BINARY_DIR) + "/tests/e2e/e2e_agent";
}

} // namespace troupe::e2e
