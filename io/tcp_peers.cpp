#include "io/tcp_peers.hpp"

#include "io/peers.hpp"
#include "io/tcp_table.hpp"
#include "keeper/processes.hpp"

#include <array>
#include <charconv>
#include <cstring>
#include <dirent.h>
#include <fstream>
#include <iterator>
#include <memory>
#include <netinet/in.h>
#include <numeric>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <unordered_map>
#include <utility>

namespace troupe::io {

namespace {

constexpr int looks_max = 3;

/// By the inode of a socket: which process has it open; 0, if that is not found.
using socket_holders = std::unordered_map<std::uint64_t, int>;

struct socket_end {
  tcp_ends::address address{};
  std::uint16_t port = 0;
};

std::optional<socket_end> end_of(const sockaddr_storage& from) {
  socket_end end;
  if (from.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &from, sizeof v4);
    end.address = mapped_v4;
    std::memcpy(end.address.data() + 12, &v4.sin_addr, 4);
    end.port = ntohs(v4.sin_port);
    return end;
  }
  if (from.ss_family != AF_INET6)
    return {};
  sockaddr_in6 v6{};
  std::memcpy(&v6, &from, sizeof v6);
  std::memcpy(end.address.data(), &v6.sin6_addr, end.address.size());
  end.port = ntohs(v6.sin6_port);
  return end;
}

tcp_table read_tables() {
  std::string text;
  for (const char* path : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    std::ifstream file(path);
    text.append(std::istreambuf_iterator<char>(file), {});
  }
  return tcp_table(text);
}

std::uint64_t inode_in(std::string_view link) {
  constexpr std::string_view kind = "socket:[";
  std::uint64_t inode = 0;
  if (link.starts_with(kind))
    std::from_chars(link.data() + kind.size(), link.data() + link.size(), inode);
  return inode;
}

/// How many of these sockets the process was found to hold.
std::size_t note_sockets(int pid, socket_holders& holders) {
  const auto path = "/proc/" + std::to_string(pid) + "/fd";
  const std::unique_ptr<DIR, int (*)(DIR*)> all(opendir(path.c_str()), closedir);
  std::size_t found = 0;
  std::array<char, 64> link{};
  for (const dirent* each = nullptr; all && (each = readdir(all.get())) != nullptr;) {
    const auto n = readlinkat(dirfd(all.get()), each->d_name, link.data(), link.size());
    const auto wanted =
      holders.find(n > 0 ? inode_in({link.data(), static_cast<std::size_t>(n)}) : 0);
    if (wanted != holders.end() && std::exchange(wanted->second, pid) == 0)
      ++found;
  }
  return found;
}

void find_holders(socket_holders& holders) {
  std::size_t left = holders.size();
  if (left == 0)
    return;
  for (const int pid : keeper::all_processes())
    if ((left -= note_sockets(pid, holders)) == 0)
      return;
}

/// True if another look would see no more.
bool settle(const far_end& far, const socket_holders& holders, tcp_peer& found) {
  found = {};
  found.hung_up = far.hung_up;
  if (far.inode == 0)
    return far.certain;
  const int pid = holders.at(far.inode);
  if (pid == 0)
    return false;
  auto facts = facts_of(pid);
  found.hung_up = !facts.whole;
  if (facts.whole)
    found.who = std::move(facts.who);
  return facts.whole;
}

/// Of these connections; gives those that are to be looked at again.
std::vector<std::size_t> look_at(
  const std::vector<tcp_ends>& of,
  const std::vector<std::size_t>& which,
  std::vector<tcp_peer>& found) {
  const auto table = read_tables();
  std::vector<far_end> far;
  socket_holders holders;
  for (const auto i : which)
    if (const auto inode = far.emplace_back(find_far_end(table, of[i])).inode)
      holders.emplace(inode, 0);
  find_holders(holders);
  std::vector<std::size_t> again;
  for (std::size_t i = 0; i < which.size(); ++i)
    if (!settle(far[i], holders, found[which[i]]))
      again.push_back(which[i]);
  return again;
}

} // namespace

std::optional<tcp_ends> ends_of(int socket) {
  sockaddr_storage own{};
  sockaddr_storage other{};
  socklen_t own_size = sizeof own;
  socklen_t other_size = sizeof other;
  if (
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &own_size) != 0 ||
    ::getpeername(socket, reinterpret_cast<sockaddr*>(&other), &other_size) != 0)
    return {};
  const auto near = end_of(own);
  const auto far = end_of(other);
  if (!near || !far)
    return {};
  return tcp_ends{
    .connection = 0,
    .near = near->address,
    .far = far->address,
    .near_port = near->port,
    .far_port = far->port};
}

std::vector<tcp_peer> find_peers(const std::vector<tcp_ends>& of) {
  std::vector<tcp_peer> found(of.size());
  std::vector<std::size_t> unsettled(of.size());
  std::iota(unsettled.begin(), unsettled.end(), std::size_t{0});
  for (int i = 0; i < looks_max && !unsettled.empty(); ++i)
    unsettled = look_at(of, unsettled, found);
  return found;
}

} // namespace troupe::io
