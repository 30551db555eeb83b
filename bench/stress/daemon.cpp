#include "bench/stress/daemon.hpp"

#include "bench/stress/figures.hpp"
#include "bench/stress/processes.hpp"
#include "cli/place.hpp"
#include "keeper/lease.hpp"
#include "keeper/paths.hpp"

#include <array>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::stress {

namespace fs = std::filesystem;

namespace {

constexpr const char* configuration = "idle_exit_s: 0\n"
                                      "limits:\n"
                                      "  live_runs: 100000\n"
                                      "  spawns_per_minute: 1000000\n"
                                      "  incident: {runs: 0}\n";

daemon* running = nullptr;

void stop_running() {
  if (running)
    running->stop();
}

std::vector<std::string> inherited() {
  std::vector<std::string> all;
  for (const auto& [name, value] : cli::own_environment())
    all.push_back(name + "=" + value);
  return all;
}

} // namespace

daemon::daemon(std::string troupe, std::string_view more) : troupe_(std::move(troupe)) {
  auto name = (fs::temp_directory_path() / "troupe-stress-XXXXXX").string();
  if (!mkdtemp(name.data()))
    give_up("no temporary directory");
  directory_ = name;
  state_ = name + "/state";
  fs::create_directory(state_);
  fs::create_directory(name + "/run");
  fs::permissions(name + "/run", fs::perms::owner_all);
  std::ofstream(name + "/troupe.yml") << configuration << more;
  setenv("XDG_RUNTIME_DIR", (name + "/run").c_str(), 1);
  socket_ = must(keeper::socket_path(state_));
  running = this;
  on_giving_up(stop_running);
}

daemon::~daemon() {
  stop();
  running = nullptr;
}

void daemon::start() {
  if (const auto code = ended(run({"daemon", "start"})); code != 0)
    give_up("the daemon does not start: see " + state_ + "/daemon.log");
}

void daemon::stop() {
  const bool stopped = ended(run({"daemon", "stop"})) == 0;
  std::error_code ignored;
  if (stopped)
    fs::remove_all(directory_, ignored);
}

int daemon::keeper() const {
  const auto info = keeper::read_daemon(state_);
  if (!info)
    give_up("the daemon is gone");
  return info->pid;
}

int daemon::supervisor() const {
  for (const auto pid : children_of(keeper()))
    if (program_of(pid) == "troupe-supervisor")
      return pid;
  return 0;
}

std::vector<int> daemon::processes() const {
  std::vector<int> own{keeper()};
  for (const auto pid : children_of(own.front()))
    if (const auto name = program_of(pid);
        name.starts_with("troupe") && !name.starts_with("troupe-stress"))
      own.push_back(pid);
  return own;
}

keeper::launched daemon::run(std::vector<std::string> words, int in, int out) const {
  std::vector<std::string> argv{
    "troupe", "--state-dir", state_, "--config", directory_ + "/troupe.yml"};
  argv.insert(argv.end(), words.begin(), words.end());
  const keeper::descriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  auto child = keeper::start(
    {.program = troupe_,
     .argv = std::move(argv),
     .env = inherited(),
     .cwd = {},
     .stdio =
       {in < 0 ? nothing.get() : in, out < 0 ? nothing.get() : out, STDERR_FILENO},
     .handed = {}});
  if (!child)
    give_up("cannot start " + troupe_);
  return std::move(*child);
}

int ended(const keeper::launched& child) {
  int status = 0;
  if (waitpid(child.pid, &status, 0) != child.pid || !WIFEXITED(status))
    return -1;
  return WEXITSTATUS(status);
}

} // namespace troupe::stress
