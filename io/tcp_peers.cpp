#include "io/tcp_peers.hpp"

#include "io/peers.hpp"
#include "keeper/processes.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <dirent.h>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

namespace troupe::io {

namespace {

constexpr tcp_ends::address mapped_prefix{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct tcp_end {
  tcp_ends::address address{};
  std::uint16_t port = 0;

  friend bool operator==(const tcp_end&, const tcp_end&) = default;
};

std::optional<tcp_end> end_of(const sockaddr_storage& from) {
  tcp_end end;
  if (from.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    end.address = mapped_prefix;
    std::memcpy(end.address.data() + 12, &v4.sin_addr, 4);
    end.port = ntohs(v4.sin_port);
    return end;
  }
  if (from.ss_family != AF_INET6)
    return {};
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
  std::memcpy(end.address.data(), &v6.sin6_addr, end.address.size());
  end.port = ntohs(v6.sin6_port);
  return end;
}

bool is_loopback(const tcp_ends::address& a) {
  tcp_ends::address one{};
  one.back() = 1;
  return a == one ||
         (std::equal(a.begin(), a.begin() + 12, mapped_prefix.begin()) && a[12] == 127);
}

template <class Number>
std::optional<Number> number_in(std::string_view text, int base) {
  Number value = 0;
  const auto* last = text.data() + text.size();
  const auto [end, bad] = std::from_chars(text.data(), last, value, base);
  if (bad != std::errc() || end != last)
    return {};
  return value;
}

/// `0100007F:1F90`: words of 32 bits, each as this machine reads it, and a port.
std::optional<tcp_end> end_in(std::string_view text) {
  const auto colon = text.find(':');
  if (colon != 8 && colon != 32)
    return {};
  tcp_end end;
  if (colon == 8)
    end.address = mapped_prefix;
  auto* to = end.address.data() + (colon == 8 ? 12 : 0);
  for (std::size_t at = 0; at < colon; at += 8, to += 4) {
    const auto word = number_in<std::uint32_t>(text.substr(at, 8), 16);
    if (!word)
      return {};
    std::memcpy(to, &*word, 4);
  }
  const auto port = number_in<std::uint16_t>(text.substr(colon + 1), 16);
  if (!port)
    return {};
  end.port = *port;
  return end;
}

std::string_view next_word(std::string_view& line) {
  line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
  const auto word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size());
  return word;
}

std::optional<tcp_row> row_in(std::string_view line, const tcp_ends& of) {
  constexpr int words_before_inode = 6;
  next_word(line);
  const auto near = end_in(next_word(line));
  const auto far = end_in(next_word(line));
  if (near != tcp_end{of.near, of.near_port} || far != tcp_end{of.far, of.far_port})
    return {};
  for (int i = 0; i < words_before_inode; ++i)
    next_word(line);
  const auto inode = number_in<std::uint64_t>(next_word(line), 10);
  return inode ? std::optional(tcp_row{*inode}) : std::nullopt;
}

std::string text_of_file(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Notes of which of these sockets a process is a holder.
void note_sockets(int pid, std::map<std::uint64_t, int>& holders) {
  constexpr std::string_view kind = "socket:[";
  const auto path = "/proc/" + std::to_string(pid) + "/fd";
  const std::unique_ptr<DIR, int (*)(DIR*)> all(opendir(path.c_str()), closedir);
  if (!all)
    return;
  std::array<char, 64> target{};
  while (const auto* entry = readdir(all.get())) {
    const auto n =
      readlinkat(dirfd(all.get()), entry->d_name, target.data(), target.size());
    const std::string_view text(target.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
    if (!text.starts_with(kind) || !text.ends_with(']'))
      continue;
    const auto inode = number_in<std::uint64_t>(
      text.substr(kind.size(), text.size() - kind.size() - 1), 10);
    if (const auto wanted = holders.find(inode.value_or(0)); wanted != holders.end())
      wanted->second = pid;
  }
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
  if (!near || !far || !(is_loopback(far->address) || far->address == near->address))
    return {};
  return tcp_ends{
    .connection = 0,
    .near = near->address,
    .far = far->address,
    .near_port = near->port,
    .far_port = far->port};
}

tcp_ends turned(const tcp_ends& ends) {
  return {
    .connection = ends.connection,
    .near = ends.far,
    .far = ends.near,
    .near_port = ends.far_port,
    .far_port = ends.near_port};
}

std::optional<tcp_row> find_row(std::string_view table, const tcp_ends& of) {
  while (!table.empty()) {
    const auto line = table.substr(0, table.find('\n'));
    table.remove_prefix(std::min(line.size() + 1, table.size()));
    if (auto row = row_in(line, of))
      return row;
  }
  return {};
}

/// A table that does not list our own end says nothing about the other.
std::vector<tcp_peer> find_peers(const std::vector<tcp_ends>& of) {
  const auto table = text_of_file("/proc/net/tcp") + text_of_file("/proc/net/tcp6");
  std::vector<std::uint64_t> inodes(of.size(), 0);
  std::vector<tcp_peer> found(of.size());
  std::map<std::uint64_t, int> holders;
  for (std::size_t i = 0; i < of.size(); ++i) {
    const auto row = find_row(table, turned(of[i]));
    found[i].hung_up = find_row(table, of[i]) && (!row || row->inode == 0);
    inodes[i] = row ? row->inode : 0;
    if (inodes[i] != 0)
      holders.emplace(inodes[i], 0);
  }
  if (!holders.empty())
    for (const int pid : keeper::all_processes())
      note_sockets(pid, holders);
  for (std::size_t i = 0; i < of.size(); ++i)
    if (const auto holder = holders.find(inodes[i]);
        holder != holders.end() && holder->second > 0)
      found[i].who = facts_of(holder->second);
  return found;
}

} // namespace troupe::io
