#include "keeper/process_use.hpp"

#include "keeper/files.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <unistd.h>

namespace troupe::keeper {

namespace {

constexpr std::size_t utime_field = 11; ///< After the state: proc(5), fields 14 to 17.
constexpr std::size_t times = 4;

/// The numbers of a line of words; what is none counts as 0.
std::vector<std::uint64_t> counters(std::string_view text) {
  std::vector<std::uint64_t> all;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    std::uint64_t value = 0;
    std::from_chars(text.data(), text.data() + end, value);
    all.push_back(value);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

std::uint64_t cpu_ticks(int pid) {
  const auto stat = read_file(proc(pid, "stat")).value_or("");
  const auto name_end = stat.rfind(')');
  if (name_end == std::string::npos || name_end + 2 > stat.size())
    return 0;
  const auto words = counters(std::string_view(stat).substr(name_end + 2));
  std::uint64_t ticks = 0;
  for (std::size_t i = utime_field; i < std::min(utime_field + times, words.size());
       ++i)
    ticks += words[i];
  return ticks;
}

std::uint64_t io_bytes(int pid) {
  const auto text = read_file(proc(pid, "io")).value_or("");
  std::uint64_t bytes = 0;
  for (const std::string_view name : {"rchar: ", "wchar: "})
    if (const auto at = text.find(name); at != std::string::npos) {
      std::uint64_t value = 0;
      std::from_chars(text.data() + at + name.size(), text.data() + text.size(), value);
      bytes += value;
    }
  return bytes;
}

struct pages {
  std::uint64_t own = 0;
  std::uint64_t shared = 0;
};

pages memory_of(int pid) {
  const auto words = counters(read_file(proc(pid, "statm")).value_or(""));
  if (words.size() < 3)
    return {};
  return {words[1] - std::min(words[1], words[2]), words[2]};
}

} // namespace

tree_use use_of(const std::vector<int>& pids) {
  tree_use use;
  use.processes = static_cast<std::uint32_t>(pids.size());
  use.whole = pids.size() <= looked_at_max;
  std::uint64_t ticks = 0;
  pages all;
  for (std::size_t i = 0; i < std::min(pids.size(), looked_at_max); ++i) {
    ticks += cpu_ticks(pids[i]);
    use.io_bytes += io_bytes(pids[i]);
    const auto one = memory_of(pids[i]);
    all.own += one.own;
    all.shared = std::max(all.shared, one.shared);
  }
  const auto per_second = static_cast<std::uint64_t>(sysconf(_SC_CLK_TCK));
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  use.cpu_ms = ticks * 1000 / per_second;
  use.memory_mb = static_cast<std::uint32_t>(((all.own + all.shared) * page) >> 20);
  return use;
}

} // namespace troupe::keeper
