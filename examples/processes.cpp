#include "examples/processes.hpp"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <sstream>

namespace troupe::examples {

namespace {

std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The fields of /proc/<pid>/stat after the name in parentheses, which may hold
/// anything: state, parent, group, session (proc_pid_stat(5)).
std::optional<process> look_at(pid_t pid) {
  const auto directory = "/proc/" + std::to_string(pid);
  const auto stat = read_all(directory + "/stat");
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos)
    return std::nullopt;
  std::istringstream fields(stat.substr(name_end + 1));
  char state = 0;
  pid_t group = 0;
  process seen{.pid = pid};
  fields >> state >> seen.parent >> group >> seen.session;
  if (state == 'Z' || state == 'X')
    return std::nullopt;
  seen.command = read_all(directory + "/cmdline");
  std::ranges::replace(seen.command, '\0', ' ');
  return seen;
}

} // namespace

std::vector<process> processes_of(const std::string& run_id) {
  const auto mark = std::string(1, '\0') + "TROUPE_RUN_ID=" + run_id + '\0';
  std::vector<process> found;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", gone)) {
    const auto name = entry.path().filename().string();
    pid_t pid = 0;
    const auto [end, bad] =
      std::from_chars(name.data(), name.data() + name.size(), pid);
    if (bad != std::errc{} || end != name.data() + name.size())
      continue;
    const auto environment = '\0' + read_all(entry.path().string() + "/environ");
    if (environment.find(mark) == std::string::npos)
      continue;
    if (auto seen = look_at(pid))
      found.push_back(std::move(*seen));
  }
  std::ranges::sort(found, {}, &process::pid);
  return found;
}

bool lives(pid_t pid) {
  return look_at(pid).has_value();
}

} // namespace troupe::examples
