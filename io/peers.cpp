#include "io/peers.hpp"

#include "keeper/files.hpp"
#include "keeper/processes.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <sstream>
#include <string>
#include <string_view>

namespace troupe::io {

namespace {

constexpr std::size_t ancestors_max = 64;

std::string cgroup_of(int pid) {
  constexpr std::string_view unified = "0::";
  std::istringstream lines(
    keeper::read_file("/proc/" + std::to_string(pid) + "/cgroup").value_or(""));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(unified))
      return line.substr(unified.size());
  return {};
}

} // namespace

std::optional<peer> peer_of(int socket) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
    return std::nullopt;
  auto out = who.pid > 0 ? facts_of(who.pid) : peer();
  out.pid = who.pid;
  out.uid = who.uid;
  return out;
}

peer facts_of(int pid) {
  peer out{.pid = pid, .uid = geteuid(), .cgroup = cgroup_of(pid), .ancestors = {}};
  for (int at = keeper::parent_of(pid); at > 0 && out.ancestors.size() < ancestors_max;
       at = keeper::parent_of(at))
    out.ancestors.push_back(at);
  return out;
}

} // namespace troupe::io
