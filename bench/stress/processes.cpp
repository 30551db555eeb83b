#include "bench/stress/processes.hpp"

#include "keeper/descriptor.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <sstream>
#include <sys/syscall.h>
#include <unistd.h>

namespace troupe::stress {

namespace fs = std::filesystem;

namespace {

/// Empty if the process is gone, whenever it went.
std::string proc(int pid, const char* name) {
  const std::ifstream file("/proc/" + std::to_string(pid) + "/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

fs::path link_of(int pid, const char* name) {
  std::error_code gone;
  return fs::read_symlink("/proc/" + std::to_string(pid) + "/" + name, gone);
}

template <class Take>
void each_process(Take take) {
  for (const auto& entry : fs::directory_iterator("/proc")) {
    const auto name = entry.path().filename().string();
    int pid = 0;
    const auto end = name.data() + name.size();
    if (std::from_chars(name.data(), end, pid).ptr == end)
      take(pid);
  }
}

/// The fields of /proc/<pid>/stat behind the name, which may hold anything.
std::vector<std::uint64_t> stat_fields(int pid) {
  const auto text = proc(pid, "stat");
  const auto close = text.rfind(')');
  if (close == std::string::npos || close + 4 > text.size())
    return {};
  std::istringstream rest(text.substr(close + 4));
  std::vector<std::uint64_t> fields;
  for (std::int64_t value = 0; rest >> value;)
    fields.push_back(static_cast<std::uint64_t>(value));
  return fields;
}

std::uint64_t kb_behind(const std::string& text, std::string_view label) {
  const auto at = text.find(label);
  if (at == std::string::npos)
    return 0;
  std::istringstream rest(text.substr(at + label.size()));
  std::uint64_t kb = 0;
  rest >> kb;
  return kb;
}

} // namespace

std::vector<int> children_of(int pid) {
  std::vector<int> found;
  each_process([&](int each) {
    const auto fields = stat_fields(each);
    if (!fields.empty() && fields[0] == static_cast<std::uint64_t>(pid))
      found.push_back(each);
  });
  return found;
}

std::vector<int> processes_with(std::string_view word) {
  std::vector<int> found;
  const auto wanted = std::string(1, '\0').append(word).append(1, '\0');
  each_process([&](int each) {
    if (proc(each, "cmdline").find(wanted) != std::string::npos)
      found.push_back(each);
  });
  return found;
}

std::vector<int> processes_below(const std::string& directory) {
  std::vector<int> found;
  each_process([&](int each) {
    const auto place = link_of(each, "cwd").string();
    if (place == directory || place.starts_with(directory + "/"))
      found.push_back(each);
  });
  return found;
}

void await_end(int pid) {
  const keeper::descriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  pollfd over{process.get(), POLLIN, 0};
  while (process && poll(&over, 1, -1) < 0) {
  }
}

std::string program_of(int pid) {
  return link_of(pid, "exe").filename().string();
}

std::uint64_t pss_kb(int pid) {
  return kb_behind(proc(pid, "smaps_rollup"), "\nPss:");
}

std::uint64_t rss_kb(int pid) {
  return kb_behind(proc(pid, "smaps_rollup"), "\nRss:");
}

double cpu_ms(int pid) {
  constexpr std::size_t user = 10;
  constexpr std::size_t system = 11;
  const auto fields = stat_fields(pid);
  if (fields.size() <= system)
    return 0;
  const auto ticks = static_cast<double>(fields[user] + fields[system]);
  return ticks * 1000 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

} // namespace troupe::stress
