#include "cli/surroundings.hpp"

#include "cli/cells.hpp"
#include "keeper/files.hpp"
#include "keeper/processes.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <unistd.h>

namespace troupe::cli {

namespace {

constexpr std::string_view mark = "TROUPE_RUN_ID=";

/// Gives `see` the parts of a text one by one until it returns true.
template <class See>
bool any_part(std::string_view text, char separator, See see) {
  while (!text.empty()) {
    const auto end = std::min(text.find(separator), text.size());
    if (see(text.substr(0, end)))
      return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

/// Whether a line of /proc/self/cgroup names a run's group, or one below it:
/// `0::/…/troupe-<hash>/r_….<attempt>/…`.
bool is_of_run(std::string_view membership) {
  bool ours = false;
  return any_part(membership, '/', [&](std::string_view name) {
    if (ours && name.starts_with("r_"))
      return true;
    ours = name.starts_with("troupe-");
    return false;
  });
}

/// `troupe hold` or `troupe keeper`: no person's program descends from one.
bool holds_agents(const process_above& process) {
  const auto end = process.words.find('\0');
  if (end == std::string::npos)
    return false;
  const auto program = std::string_view(process.words).substr(0, end);
  const auto command = std::string_view(process.words).substr(end + 1);
  const auto name = program.substr(program.rfind('/') + 1);
  const auto is = [&](std::string_view word) {
    return command.starts_with(word) &&
           (command.size() == word.size() || command[word.size()] == '\0');
  };
  return name.starts_with("troupe") && (is("hold") || is("keeper"));
}

std::optional<std::string> sign_above(const process_above& process) {
  const auto who = "process " + std::to_string(process.pid) + " above it ";
  if (holds_agents(process))
    return who + "holds Troupe's agents";
  std::optional<std::string> sign;
  any_part(process.environment, '\0', [&](std::string_view entry) {
    if (entry.starts_with(mark))
      sign = who + "has " + printable(entry);
    return sign.has_value();
  });
  return sign;
}

} // namespace

surroundings read_surroundings() {
  surroundings facts;
  if (const char* run = std::getenv("TROUPE_RUN_ID"))
    facts.run_id = *run ? run : "(empty)";
  facts.cgroups = keeper::read_file("/proc/self/cgroup").value_or("");
  int pid = getppid();
  while (pid > 0 && facts.above.size() < surroundings::above_max) {
    const auto files = "/proc/" + std::to_string(pid);
    facts.above.push_back(
      {pid,
       keeper::read_file(files + "/cmdline").value_or(""),
       keeper::read_file(files + "/environ").value_or("")});
    pid = keeper::parent_of(pid);
  }
  return facts;
}

std::optional<std::string> sign_of_run(const surroundings& facts) {
  if (!facts.run_id.empty())
    return "TROUPE_RUN_ID is " + printable(facts.run_id);
  std::string group;
  if (any_part(facts.cgroups, '\n', [&](std::string_view line) {
        group = line.substr(std::min(line.find('/'), line.size()));
        return is_of_run(line);
      }))
    return "its cgroup is " + printable(group);
  for (const auto& process : facts.above)
    if (auto sign = sign_above(process))
      return sign;
  if (facts.above.size() >= surroundings::above_max)
    return "more than " + std::to_string(surroundings::above_max) +
           " processes are above it, which no shell of a person's has";
  return {};
}

} // namespace troupe::cli
