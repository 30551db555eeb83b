#include "keeper/cgroup.hpp"

#include "keeper/files.hpp"
#include "keeper/process_use.hpp"
#include "keeper/processes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace troupe::keeper {

namespace {

namespace fs = std::filesystem;

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] =
    std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc())
    return {};
  return value;
}

/// The number after `key ` at the beginning of a line.
std::optional<std::uint64_t> entry(const std::string& file, std::string_view key) {
  const auto text = read_file(file);
  if (!text)
    return {};
  const auto wanted = "\n" + std::string(key) + " ";
  const auto padded = "\n" + *text;
  const auto at = padded.find(wanted);
  if (at == std::string::npos)
    return {};
  return number(std::string_view(padded).substr(at + wanted.size()));
}

std::optional<std::uint64_t> single(const std::string& file) {
  const auto text = read_file(file);
  return text ? number(*text) : std::nullopt;
}

std::uint32_t whole_mb(std::uint64_t bytes) {
  return static_cast<std::uint32_t>((bytes + (1 << 20) - 1) >> 20);
}

std::vector<std::string> groups_below(const std::string& path) {
  std::vector<std::string> all{path};
  std::error_code why;
  for (fs::recursive_directory_iterator at(path, why), end; !why && at != end;
       at.increment(why))
    if (at->is_directory(why))
      all.push_back(at->path().string());
  return all;
}

std::vector<int> members(const std::string& path) {
  std::vector<int> all;
  for (const auto& group : groups_below(path)) {
    const auto text = read_file(group + "/cgroup.procs").value_or("");
    for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1)
      if (const auto pid = number(std::string_view(text).substr(at)))
        all.push_back(static_cast<int>(*pid));
  }
  return all;
}

int procs_of(const std::string& v1) {
  return v1.empty() ? -1 : open((v1 + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC);
}

} // namespace

bool remove_groups(const std::string& path) {
  auto all = groups_below(path);
  for (auto group = all.rbegin(); group != all.rend(); ++group)
    rmdir(group->c_str());
  return access(path.c_str(), F_OK) < 0;
}

cgroup::cgroup(group_paths at, bool one_kill)
  : at_(std::move(at)), one_kill_(one_kill),
    directory_(open(at_.v2.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
    events_(open((at_.v2 + "/cgroup.events").c_str(), O_RDONLY | O_CLOEXEC)),
    memory_procs_(procs_of(at_.v1_memory)), pids_procs_(procs_of(at_.v1_pids)) {}

cgroup::~cgroup() {
  remove();
}

bool cgroup::remove() {
  bool removed = true;
  for (const auto& v1 : {at_.v1_memory, at_.v1_pids})
    removed = (v1.empty() || remove_groups(v1)) && removed;
  return remove_groups(at_.v2) && removed;
}

bool cgroup::limit_memory(std::uint32_t mb) {
  const auto limit = std::uint64_t{mb} << 20;
  const auto bytes = std::to_string(limit);
  if (write_control(at_.v2 + "/memory.max", bytes)) {
    write_control(at_.v2 + "/memory.high", std::to_string(limit - limit / 16));
    write_control(at_.v2 + "/memory.swap.max", "0");
    write_control(at_.v2 + "/memory.oom.group", "1");
    return true;
  }
  if (
    at_.v1_memory.empty() ||
    !write_control(at_.v1_memory + "/memory.limit_in_bytes", bytes))
    return false;
  write_control(at_.v1_memory + "/memory.memsw.limit_in_bytes", bytes);
  return true;
}

bool cgroup::limit_processes(std::uint32_t most) {
  return write_control(pids() + "/pids.max", std::to_string(most));
}

std::optional<std::uint64_t> cgroup::forks_refused() const {
  return entry(pids() + "/pids.events", "max");
}

memory_use cgroup::memory() const {
  memory_use use;
  auto peak = single(at_.v2 + "/memory.peak");
  use.oom_kills = entry(at_.v2 + "/memory.events", "oom_kill");
  if (!at_.v1_memory.empty()) {
    if (!peak)
      peak = single(at_.v1_memory + "/memory.max_usage_in_bytes");
    if (!use.oom_kills)
      use.oom_kills = entry(at_.v1_memory + "/memory.oom_control", "oom_kill");
  }
  if (peak)
    use.peak_mb = whole_mb(*peak);
  return use;
}

/// What cannot be dropped and read again: in use, without the idle part of the page
/// cache.
std::optional<std::uint64_t> cgroup::memory_now() const {
  auto used = single(at_.v2 + "/memory.current");
  auto idle = entry(at_.v2 + "/memory.stat", "inactive_file");
  if (!used && !at_.v1_memory.empty()) {
    used = single(at_.v1_memory + "/memory.usage_in_bytes");
    idle = entry(at_.v1_memory + "/memory.stat", "total_inactive_file");
  }
  if (used)
    *used -= std::min(*used, idle.value_or(0));
  return used;
}

tree_use cgroup::use() const {
  auto use = use_of(members(at_.v2));
  if (const auto cpu = entry(at_.v2 + "/cpu.stat", "usage_usec"))
    use.cpu_ms = *cpu / 1000;
  if (const auto now = memory_now())
    use.memory_mb = whole_mb(*now);
  use.peak_memory_mb = memory().peak_mb;
  return use;
}

/// cgroup.events may lag behind a death that was already reaped; the list of members
/// does not.
bool cgroup::populated() const {
  std::array<char, 128> text{};
  const auto n = pread(events_.get(), text.data(), text.size(), 0);
  if (n < 0)
    return false;
  const std::string_view seen(text.data(), static_cast<std::size_t>(n));
  return seen.find("populated 1") != std::string_view::npos && !members(at_.v2).empty();
}

void cgroup::freeze(bool frozen) {
  write_control(at_.v2 + "/cgroup.freeze", frozen ? "1" : "0");
}

void cgroup::kill() {
  if (!one_kill_ || !write_control(at_.v2 + "/cgroup.kill", "1"))
    kill_listed();
}

/// Kernels before 5.14: nothing can fork while it is frozen.
void cgroup::kill_listed() {
  freeze(true);
  for (const int pid : members(at_.v2)) {
    const descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    const auto where = read_file(proc(pid, "cgroup")).value_or("");
    if (
      pidfd &&
      where.find("/" + fs::path(at_.v2).filename().string()) != std::string::npos)
      send_signal(pidfd.get(), SIGKILL);
  }
  freeze(false);
}

} // namespace troupe::keeper
