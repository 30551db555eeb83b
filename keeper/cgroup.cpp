#include "keeper/cgroup.hpp"

#include "keeper/files.hpp"
#include "keeper/process_use.hpp"

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

} // namespace

bool remove_groups(const std::string& path) {
  auto all = groups_below(path);
  for (auto group = all.rbegin(); group != all.rend(); ++group)
    rmdir(group->c_str());
  return access(path.c_str(), F_OK) < 0;
}

cgroup::cgroup(std::string v2, std::string v1_memory, bool one_kill)
  : v2_(std::move(v2)), v1_memory_(std::move(v1_memory)), one_kill_(one_kill),
    directory_(open(v2_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
    events_(open((v2_ + "/cgroup.events").c_str(), O_RDONLY | O_CLOEXEC)) {
  if (!v1_memory_.empty())
    v1_procs_.reset(open((v1_memory_ + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
}

cgroup::~cgroup() {
  remove();
}

bool cgroup::remove() {
  const bool limits_removed = v1_memory_.empty() || remove_groups(v1_memory_);
  return remove_groups(v2_) && limits_removed;
}

bool cgroup::limit_memory(std::uint32_t mb) {
  const auto limit = std::uint64_t{mb} << 20;
  const auto bytes = std::to_string(limit);
  if (write_control(v2_ + "/memory.max", bytes)) {
    write_control(v2_ + "/memory.high", std::to_string(limit - limit / 16));
    write_control(v2_ + "/memory.swap.max", "0");
    write_control(v2_ + "/memory.oom.group", "1");
    return true;
  }
  if (
    v1_memory_.empty() || !write_control(v1_memory_ + "/memory.limit_in_bytes", bytes))
    return false;
  write_control(v1_memory_ + "/memory.memsw.limit_in_bytes", bytes);
  return true;
}

memory_use cgroup::memory() const {
  memory_use use;
  auto peak = single(v2_ + "/memory.peak");
  use.oom_kills = entry(v2_ + "/memory.events", "oom_kill");
  if (!v1_memory_.empty()) {
    if (!peak)
      peak = single(v1_memory_ + "/memory.max_usage_in_bytes");
    if (!use.oom_kills)
      use.oom_kills = entry(v1_memory_ + "/memory.oom_control", "oom_kill");
  }
  if (peak)
    use.peak_mb = whole_mb(*peak);
  return use;
}

/// What cannot be dropped and read again: in use, without the idle part of the page
/// cache.
std::optional<std::uint64_t> cgroup::memory_now() const {
  auto used = single(v2_ + "/memory.current");
  auto idle = entry(v2_ + "/memory.stat", "inactive_file");
  if (!used && !v1_memory_.empty()) {
    used = single(v1_memory_ + "/memory.usage_in_bytes");
    idle = entry(v1_memory_ + "/memory.stat", "total_inactive_file");
  }
  if (used)
    *used -= std::min(*used, idle.value_or(0));
  return used;
}

tree_use cgroup::use() const {
  auto use = use_of(members(v2_));
  if (const auto cpu = entry(v2_ + "/cpu.stat", "usage_usec"))
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
  return seen.find("populated 1") != std::string_view::npos && !members(v2_).empty();
}

void cgroup::freeze(bool frozen) {
  write_control(v2_ + "/cgroup.freeze", frozen ? "1" : "0");
}

void cgroup::kill() {
  if (!one_kill_ || !write_control(v2_ + "/cgroup.kill", "1"))
    kill_listed();
}

/// Kernels before 5.14: nothing can fork while it is frozen.
void cgroup::kill_listed() {
  freeze(true);
  for (const int pid : members(v2_)) {
    const descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    const auto where =
      read_file("/proc/" + std::to_string(pid) + "/cgroup").value_or("");
    if (
      pidfd && where.find("/" + fs::path(v2_).filename().string()) != std::string::npos)
      syscall(SYS_pidfd_send_signal, pidfd.get(), SIGKILL, nullptr, 0);
  }
  freeze(false);
}

} // namespace troupe::keeper
