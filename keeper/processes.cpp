#include "keeper/processes.hpp"

#include "keeper/descriptor.hpp"
#include "keeper/files.hpp"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <string_view>
#include <sys/syscall.h>
#include <unistd.h>
#include <unordered_map>
#include <unordered_set>

namespace troupe::keeper {

namespace {

using children_map = std::unordered_map<int, std::vector<int>>;

constexpr int stop_rounds_max = 64;
constexpr int oom_score_raise = 300;
constexpr int oom_score_max = 1000;

std::vector<int> numbers(std::string_view text) {
  std::vector<int> all;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    int value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error == std::errc())
      all.push_back(value);
    at = next + 1;
  }
  return all;
}

std::vector<int> numbered_entries(const std::string& directory) {
  std::vector<int> all;
  std::error_code why;
  for (std::filesystem::directory_iterator at(directory, why), end; !why && at != end;
       at.increment(why))
    for (const int n : numbers(at->path().filename().native()))
      all.push_back(n);
  return all;
}

/// Field n (3 …) of a process's stat; proc(5).
std::optional<std::string> stat_field(int pid, int n) {
  const auto stat = read_file(proc(pid, "stat"));
  const auto name_end = stat ? stat->rfind(')') : std::string::npos;
  if (name_end == std::string::npos)
    return {};
  std::istringstream words(stat->substr(name_end + 1));
  std::string word;
  for (int i = 3; i <= n; ++i)
    words >> word;
  return words ? std::optional(word) : std::nullopt;
}

/// Whether the kernel lists children (CONFIG_PROC_CHILDREN).
bool lists_children() {
  static const bool lists = access("/proc/thread-self/children", R_OK) == 0;
  return lists;
}

children_map scan() {
  children_map all;
  for (const int pid : numbered_entries("/proc"))
    all[parent_of(pid)].push_back(pid);
  return all;
}

std::vector<int> listed_children(int pid) {
  std::vector<int> all;
  const auto tasks = proc(pid, "task");
  for (const int task : numbered_entries(tasks))
    if (const auto text = read_file(tasks + "/" + std::to_string(task) + "/children"))
      for (const int child : numbers(*text))
        all.push_back(child);
  return all;
}

/// Signals if its parent is still one of those it may have.
bool signal_if(int pid, const std::unordered_set<int>& parents, int signal) {
  const descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!pidfd || !parents.contains(parent_of(pid)))
    return false;
  return send_signal(pidfd.get(), signal);
}

} // namespace

int parent_of(int pid) {
  const auto stat = read_file(proc(pid, "stat"));
  const auto name_end = stat ? stat->rfind(')') : std::string::npos;
  if (name_end == std::string::npos || name_end + 4 > stat->size())
    return 0;
  const auto parents = numbers(std::string_view(*stat).substr(name_end + 4, 12));
  return parents.empty() ? 0 : parents.front();
}

bool send_signal(int pidfd, int signal) {
  return syscall(SYS_pidfd_send_signal, pidfd, signal, nullptr, 0) == 0;
}

bool is_unreaped(int pidfd) {
  return send_signal(pidfd, 0) || errno == EPERM;
}

bool is_child(int pid, int pidfd) {
  return parent_of(pid) == getpid() && is_unreaped(pidfd);
}

std::uint64_t start_of(int pid) {
  const auto word = stat_field(pid, 22);
  std::uint64_t ticks = 0;
  if (word)
    std::from_chars(word->data(), word->data() + word->size(), ticks);
  return ticks;
}

std::optional<int> status_of_zombie(int pid) {
  const auto word = stat_field(pid, 52);
  if (!word || stat_field(pid, 3) != "Z")
    return {};
  const auto all = numbers(*word);
  return all.empty() ? std::nullopt : std::optional(all.front());
}

std::string raised_oom_score() {
  const auto own = read_file("/proc/self/oom_score_adj");
  const int score = own ? std::atoi(own->c_str()) : 0;
  return std::to_string(std::min(score + oom_score_raise, oom_score_max));
}

std::vector<int> all_processes() {
  return numbered_entries("/proc");
}

std::vector<int> children_of(int pid) {
  return lists_children() ? listed_children(pid) : scan()[pid];
}

std::vector<int> trees_of(const std::vector<int>& roots) {
  auto known = lists_children() ? children_map() : scan();
  std::unordered_set<int> seen(roots.begin(), roots.end());
  std::vector<int> all = roots;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (const int child : lists_children() ? listed_children(all[i]) : known[all[i]])
      if (seen.insert(child).second)
        all.push_back(child);
  return all;
}

void signal_trees(int parent, const find_roots& roots, int signal) {
  const auto all = trees_of(roots());
  std::unordered_set<int> parents(all.begin(), all.end());
  parents.insert(parent);
  for (const int pid : all)
    signal_if(pid, parents, signal);
}

void stop_trees(int parent, const find_roots& roots) {
  std::unordered_set<int> stopped;
  std::unordered_set<int> parents{parent};
  bool grown = true;
  for (int round = 0; grown && round < stop_rounds_max; ++round) {
    const auto all = trees_of(roots());
    parents.insert(all.begin(), all.end());
    grown = false;
    for (const int pid : all)
      if (stopped.insert(pid).second)
        grown |= signal_if(pid, parents, SIGSTOP);
  }
}

void kill_trees(int parent, const find_roots& roots) {
  stop_trees(parent, roots);
  signal_trees(parent, roots, SIGKILL);
}

} // namespace troupe::keeper
