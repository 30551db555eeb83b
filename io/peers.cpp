#include "io/peers.hpp"

#include <sys/socket.h>

#include <charconv>
#include <fstream>
#include <string_view>

namespace troupe::io {

namespace {

constexpr std::size_t ancestors_max = 64;

/// What follows `key` on the first line that begins with it; empty if there is none.
std::string line_of(int pid, const char* file, std::string_view key) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/" + file);
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(key))
      return line.substr(key.size());
  return {};
}

int parent_of(int pid) {
  const auto text = line_of(pid, "status", "PPid:\t");
  int parent = 0;
  std::from_chars(text.data(), text.data() + text.size(), parent);
  return parent;
}

} // namespace

std::optional<peer> peer_of(int socket) {
  ucred who{};
  socklen_t size = sizeof who;
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
    return std::nullopt;
  peer out{.pid = who.pid, .uid = who.uid, .cgroup = {}, .ancestors = {}};
  if (who.pid <= 0)
    return out;
  out.cgroup = line_of(who.pid, "cgroup", "0::");
  for (int at = parent_of(who.pid); at > 0 && out.ancestors.size() < ancestors_max;
       at = parent_of(at))
    out.ancestors.push_back(at);
  return out;
}

} // namespace troupe::io
