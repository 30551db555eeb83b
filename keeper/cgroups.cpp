#include "keeper/cgroups.hpp"

#include "keeper/files.hpp"
#include "keeper/log.hpp"
#include "keeper/probes.hpp"

#include <cerrno>
#include <filesystem>
#include <poll.h>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace troupe::keeper {

namespace {

namespace fs = std::filesystem;

constexpr int sweep_rounds_max = 100;
constexpr int sweep_wait_ms = 50;

struct mount {
  std::string point;
  std::string root; ///< Which part of the hierarchy is seen there.
};

/// A cgroup mount of the given type whose options name the controller (none for v2).
/// Format: proc(5), /proc/[pid]/mountinfo.
std::optional<mount> find_mount(std::string_view type, std::string_view controller) {
  std::istringstream lines(read_file("/proc/self/mountinfo").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string skip;
    mount found;
    words >> skip >> skip >> skip >> found.root >> found.point;
    while (words >> skip && skip != "-")
      continue;
    std::string kind;
    std::string options;
    words >> kind >> skip >> options;
    const auto listed = "," + options + ",";
    if (
      kind == type &&
      (controller.empty() ||
       listed.find("," + std::string(controller) + ",") != std::string::npos))
      return found;
  }
  return {};
}

/// Our own group's path in a hierarchy: `0::/x` for v2, `4:memory:/x` for v1.
std::string own_path(std::string_view controller) {
  std::istringstream lines(read_file("/proc/self/cgroup").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string::npos)
      continue;
    const auto listed = "," + line.substr(first + 1, second - first - 1) + ",";
    if (listed.find("," + std::string(controller) + ",") != std::string::npos)
      return line.substr(second + 1);
  }
  return "/";
}

/// Candidates for the parent of our groups, best first.
std::vector<std::string> parents(const mount& at, std::string own) {
  if (at.root != "/" && own.starts_with(at.root))
    own.erase(0, at.root.size());
  if (own == "/" || own.empty() || own.find("..") != std::string::npos)
    return {at.point};
  return {at.point + own, at.point};
}

bool may_move_into(const std::string& group) {
  return access((group + "/cgroup.procs").c_str(), W_OK) == 0;
}

/// Makes `name` in the first parent that lets us use it; empty if none does.
std::string settle(const std::vector<std::string>& where, const std::string& name) {
  for (const auto& parent : where) {
    auto path = parent + "/" + name;
    if (mkdir(path.c_str(), 0755) < 0 && errno != EEXIST)
      continue;
    if (may_move_into(parent) && may_move_into(path))
      return path;
    rmdir(path.c_str());
  }
  return {};
}

} // namespace

cgroups::cgroups(const std::string& hash) : name_("troupe-" + hash) {
  if (!probes("TROUPE_PROBE_CGROUP"))
    return;
  if (const auto v2 = find_mount("cgroup2", ""))
    v2_ = settle(parents(*v2, own_path("")), name_);
  if (v2_.empty())
    return;
  one_kill_ = probes("TROUPE_PROBE_CGROUP_KILL");
  v1_memory_ = settle_controller("memory");
  v1_pids_ = settle_controller("pids");
}

std::string cgroups::settle_controller(const std::string& controller) const {
  const auto parent = fs::path(v2_).parent_path().string();
  write_control(parent + "/cgroup.subtree_control", "+" + controller);
  if (write_control(v2_ + "/cgroup.subtree_control", "+" + controller))
    return {};
  const auto v1 = find_mount("cgroup", controller);
  return v1 ? settle(parents(*v1, own_path(controller)), name_) : std::string();
}

cgroups::~cgroups() {
  for (const auto& path : {v2_, v1_memory_, v1_pids_})
    if (!path.empty())
      rmdir(path.c_str());
}

bool cgroups::sweep(const std::set<attempt_key>& but) const {
  std::set<std::string> spared;
  for (const auto& key : but)
    spared.insert(file_name(key));
  std::vector<std::string> left;
  std::error_code why;
  for (const auto& root : {v2_, v1_memory_, v1_pids_})
    if (!root.empty())
      for (const auto& entry : fs::directory_iterator(root, why))
        if (
          entry.is_directory(why) && !spared.contains(entry.path().filename().string()))
          left.push_back(entry.path().string());
  return end_all(std::move(left));
}

bool cgroups::end(const bequest& left) const {
  std::vector<std::string> all;
  for (const auto& path : {left.cgroup, left.memory_cgroup, left.pids_cgroup})
    if (!path.empty() && access(path.c_str(), F_OK) == 0)
      all.push_back(path);
  return end_all(std::move(all));
}

/// A group has the file that knows its members where it is one of v2.
bool cgroups::end_all(std::vector<std::string> left) const {
  for (int round = 0; !left.empty() && round < sweep_rounds_max; ++round) {
    if (round > 0)
      poll(nullptr, 0, sweep_wait_ms);
    std::erase_if(left, [&](const std::string& path) {
      if (access((path + "/cgroup.events").c_str(), F_OK) < 0)
        return remove_groups(path);
      cgroup group({path, {}, {}}, one_kill_);
      if (group.populated())
        log("ended leftover of a previous keeper path=" + path);
      group.kill();
      return !group.populated() && group.remove();
    });
  }
  return left.empty();
}

std::unique_ptr<cgroup>
cgroups::make(const attempt_key& key, bool limits_processes) const {
  if (!usable())
    return nullptr;
  const auto name = "/" + file_name(key);
  const auto v2 = v2_ + name;
  if (mkdir(v2.c_str(), 0755) < 0)
    return nullptr;
  const auto made = [&](const std::string& root) {
    const auto path = root + name;
    const bool is =
      !root.empty() && (mkdir(path.c_str(), 0755) == 0 || errno == EEXIST);
    return is ? path : std::string();
  };
  auto group = std::make_unique<cgroup>(
    group_paths{
      v2, made(v1_memory_), limits_processes ? made(v1_pids_) : std::string()},
    one_kill_);
  return group->directory() >= 0 && group->events() >= 0 ? std::move(group) : nullptr;
}

std::unique_ptr<cgroup> cgroups::reopen(const bequest& left) const {
  if (left.cgroup.empty())
    return nullptr;
  auto group = std::make_unique<cgroup>(
    group_paths{left.cgroup, left.memory_cgroup, left.pids_cgroup},
    probes("TROUPE_PROBE_CGROUP_KILL"));
  return group->directory() >= 0 && group->events() >= 0 ? std::move(group) : nullptr;
}

bool cgroups::has(int pid) const {
  if (!usable())
    return false;
  const auto where = read_file(proc(pid, "cgroup")).value_or("");
  return where.find("/" + name_ + "/") != std::string::npos;
}

} // namespace troupe::keeper
