#include "cli/doctor.hpp"

#include "cli/console.hpp"
#include "cli/http_url.hpp"
#include "cli/keeper_command.hpp"
#include "cli/starter.hpp"
#include "cli/version_probe.hpp"
#include "keeper/cgroups.hpp"
#include "keeper/files.hpp"
#include "keeper/lease.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::cli {

namespace {

constexpr std::uint64_t open_files_wanted = 4096;
constexpr std::uint64_t processes_wanted = 1024;

std::uint64_t number_in(const std::string& path, std::uint64_t otherwise) {
  const auto text = keeper::read_file(path);
  std::uint64_t n = otherwise;
  if (text)
    std::from_chars(text->data(), text->data() + text->size(), n);
  return n;
}

std::uint64_t process_limit() {
  rlimit own{};
  getrlimit(RLIMIT_NPROC, &own);
  auto limit = std::min<std::uint64_t>(
    own.rlim_cur, number_in("/proc/sys/kernel/pid_max", RLIM_INFINITY));
  for (const char* path : {"/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/pids/pids.max"})
    limit = std::min(limit, number_in(path, RLIM_INFINITY));
  return limit;
}

/// Tried with a name of our own: a running daemon's groups are not touched.
finding judge_cgroups() {
  const keeper::cgroups tried("doctor-" + std::to_string(getpid()));
  if (tried.usable())
    return {
      "cgroups", health::ok, "each run gets its own; a kill is proved by the kernel"};
  return {
    "cgroups",
    health::warn,
    "none can be made here; runs are held together by a subreaper",
    "start the daemon in a delegated group: systemd-run --user --scope -p Delegate=yes "
    "troupe daemon start"};
}

/// What the kernel can hold a run to.
finding judge_limits() {
  const keeper::cgroups tried("limits-" + std::to_string(getpid()));
  const auto group = tried.make({"r_doctor", 1}, true);
  const bool memory = group && group->limit_memory(1024);
  const bool processes = group && group->limit_processes(1024);
  if (memory && processes)
    return {
      "limits", health::ok, "memory and processes of a run are held by the kernel"};
  std::string detail;
  if (!memory)
    detail = "no memory controller: limits.memory_mb is watched once a second";
  if (!processes)
    detail += std::string(detail.empty() ? "" : "; ") +
              "no pids controller: limits.processes is not held";
  return {
    "limits",
    health::warn,
    std::move(detail),
    "give the daemon's group the controllers memory and pids (systemd: Delegate=yes)"};
}

finding judge_installation() {
  std::error_code ignored;
  const auto own = std::filesystem::read_symlink("/proc/self/exe", ignored).string();
  const auto supervisor = find_supervisor(own);
  if (supervisor)
    return {"installation", health::ok, *supervisor};
  return {
    "installation", health::fail, supervisor.error().message, "install Troupe again"};
}

std::optional<finding> judge_http(const place& where) {
  const auto door = read_http_place(where.state);
  if (!door || !connect_to(where.socket))
    return {};
  if (!door->problem)
    return finding{"http", health::ok, told_of(*door), {}};
  return finding{
    "http",
    health::fail,
    told_of(*door),
    "mend that, then `troupe daemon upgrade` opens it without ending a run"};
}

finding judge_daemon(const place& where) {
  if (const auto link = connect_to(where.socket); !link) {
    if (where.inside_run)
      return {"daemon", health::fail, "not running", forbidden_inside(where)};
    return {"daemon", health::ok, "not running; it starts with the first client"};
  }
  const auto info = keeper::read_daemon(where.state);
  const auto version = info ? info->version : "unknown";
  if (version == TROUPE_VERSION)
    return {"daemon", health::ok, "running, pid " + std::to_string(info->pid)};
  return {
    "daemon",
    health::warn,
    "running with version " + version + ", this program is " TROUPE_VERSION,
    "troupe daemon restart, once no run is needed: it ends all runs"};
}

paint paint_of(health how) {
  return how == health::ok     ? paint::green
         : how == health::warn ? paint::yellow
                               : paint::red;
}

} // namespace

finding judge_directory(std::string what, const std::string& path) {
  struct stat facts {};
  if (lstat(path.c_str(), &facts) < 0) {
    auto above = std::filesystem::path(path).parent_path();
    while (!std::filesystem::exists(above) && above.has_relative_path())
      above = above.parent_path();
    if (std::filesystem::is_directory(above) && access(above.c_str(), W_OK | X_OK) == 0)
      return {std::move(what), health::ok, path + ", made when it is needed"};
    return {
      std::move(what),
      health::fail,
      path + " cannot be made: " + above.string() + " is no writable directory",
      "make it, or choose another with --state-dir or XDG_STATE_HOME"};
  }
  if (!S_ISDIR(facts.st_mode))
    return {
      std::move(what), health::fail, path + " is no directory", "remove or rename it"};
  if (facts.st_uid != getuid())
    return {
      std::move(what),
      health::fail,
      path + " belongs to another user",
      "choose another with --state-dir or XDG_RUNTIME_DIR"};
  if (access(path.c_str(), R_OK | W_OK | X_OK) < 0)
    return {
      std::move(what), health::fail, path + " is not writable", "chmod 700 " + path};
  if ((facts.st_mode & 077U) != 0)
    return {
      std::move(what), health::warn, path + " is open to others", "chmod 700 " + path};
  return {std::move(what), health::ok, path};
}

finding judge_open_files(std::uint64_t hard_limit) {
  if (hard_limit >= open_files_wanted)
    return {"open files", health::ok, "up to " + std::to_string(hard_limit)};
  return {
    "open files",
    health::warn,
    "at most " + std::to_string(hard_limit) + "; some 8 are needed a run",
    "raise the hard limit: ulimit -Hn " + std::to_string(open_files_wanted) +
      ", or LimitNOFILE"};
}

finding judge_processes(std::uint64_t limit) {
  if (limit >= processes_wanted)
    return {"processes", health::ok, "enough"};
  return {
    "processes",
    health::warn,
    "at most " + std::to_string(limit) + "; one agent alone starts dozens",
    "raise pids.max of the cgroup, or ulimit -u"};
}

finding judge_claude(const std::string& command, const std::string& path_variable) {
  const auto program =
    find_program(command.empty() ? "claude" : command, path_variable);
  if (!program)
    return {
      "claude",
      health::warn,
      (command.empty() ? "not found on PATH" : command + " is no program") +
        "; the backend claude_code does not start unless troupe.yml names its command",
      "npm install -g @anthropic-ai/claude-code, or give its path in "
      "TROUPE_CLAUDE_CODE_COMMAND"};
  const auto version = version_of(*program);
  if (!version)
    return {
      "claude",
      health::warn,
      version.error().message,
      "run it by hand and see what it says"};
  return {"claude", health::ok, *version + ", " + *program};
}

std::vector<finding> examine(const place& where) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  const char* path = std::getenv("PATH");
  const char* command = std::getenv("TROUPE_CLAUDE_CODE_COMMAND");
  std::vector<finding> all{
    judge_installation(),
    judge_claude(command ? command : "", path ? path : ""),
    judge_directory("state", where.state),
    judge_directory("socket", std::filesystem::path(where.socket).parent_path()),
    judge_cgroups(),
    judge_limits(),
    judge_open_files(files.rlim_max),
    judge_processes(process_limit()),
    judge_daemon(where)};
  if (auto http = judge_http(where))
    all.push_back(std::move(*http));
  return all;
}

std::string render_findings(const std::vector<finding>& all, const look& as) {
  std::string out;
  for (const auto& each : all) {
    auto line = std::string(to_string(each.how));
    line.resize(4, ' ');
    auto what = each.what;
    what.resize(std::max<std::size_t>(what.size(), 12), ' ');
    out += painted(line, paint_of(each.how), as.colour) + "  " + what + "  " +
           printable(each.detail) + '\n';
    if (each.fix)
      out += std::string(20, ' ') + "→ " + printable(*each.fix) + '\n';
  }
  return out;
}

int examine(const place& where, const doctor_options& wanted) {
  const auto all = examine(where);
  print(
    wanted.as_json ? print_json(encode(all)) + "\n"
                   : render_findings(all, look_of_stdout()));
  return std::ranges::find(all, health::fail, &finding::how) == all.end() ? exit_ok
                                                                          : exit_failed;
}

} // namespace troupe::cli
