#include "io/peers.hpp"

#include "keeper/files.hpp"
#include "keeper/processes.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <sstream>
#include <string>
#include <string_view>

namespace troupe::io {

namespace {

constexpr std::size_t ancestors_max = 64;
constexpr int readings_max = 3;

std::string cgroup_of(int pid) {
  constexpr std::string_view unified = "0::";
  std::istringstream lines(
    keeper::read_file("/proc/" + std::to_string(pid) + "/cgroup").value_or(""));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(unified))
      return line.substr(unified.size());
  return {};
}

bool is_there(int pid) {
  return kill(pid, 0) == 0 || errno == EPERM;
}

/// Whether the line goes up to where it ends.
bool read_ancestors(int pid, std::vector<int>& line) {
  line.clear();
  while (line.size() < ancestors_max) {
    const int at = line.empty() ? pid : line.back();
    const int parent = keeper::parent_of(at);
    if (parent == 0)
      return is_there(at);
    line.push_back(parent);
  }
  return true;
}

} // namespace

std::optional<peer> peer_of(int socket) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
    return std::nullopt;
  auto out = who.pid > 0 ? facts_of(who.pid).who : peer();
  out.pid = who.pid;
  out.uid = who.uid;
  return out;
}

process_facts facts_of(int pid) {
  process_facts facts;
  facts.who.pid = pid;
  facts.who.uid = geteuid();
  facts.who.cgroup = cgroup_of(pid);
  for (int i = 0; i < readings_max && !facts.whole; ++i)
    facts.whole = read_ancestors(pid, facts.who.ancestors);
  return facts;
}

} // namespace troupe::io
