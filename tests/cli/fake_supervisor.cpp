#include "keeper/wire.hpp"
#include "protocol/jsonrpc.hpp"
#include "protocol/lines.hpp"

#include <array>
#include <cstdlib>
#include <memory>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

/// Stands in for troupe-supervisor under a real keeper: is ready, answers every ping,
/// ends when told to; answers initialize, list_runs and `ping` of clients. If a file
/// of its name with `.fails` lies beside it, it ends at once.
namespace {

using namespace troupe;

struct client {
  int fd = -1;
  line_splitter lines{1 << 20};
  bool greeted = false;
};

std::uint64_t epoch() {
  const char* text = std::getenv("TROUPE_EPOCH");
  return text ? std::strtoull(text, nullptr, 10) : 0;
}

void say(int fd, std::string line) {
  line += '\n';
  [[maybe_unused]] const auto n = send(fd, line.data(), line.size(), MSG_NOSIGNAL);
}

void order(const keeper::order& what) {
  say(keeper::link_fd, keeper::print(what, epoch()));
}

json answer_to(const jsonrpc::message& m) {
  if (m.method == "tools/call")
    return {
      {"content", json::array()},
      {"structuredContent", {{"runs", json::array()}, {"total", 0}}}};
  return {{"pid", getpid()}};
}

void serve(client& from, std::string_view line) {
  if (!std::exchange(from.greeted, true))
    return;
  const auto m = jsonrpc::read_line(line);
  if (m && m->what == jsonrpc::kind::request)
    say(from.fd, print_json(jsonrpc::success(m->id, answer_to(*m))));
}

void obey(std::string_view line) {
  const auto told = keeper::read_report(line);
  if (!told)
    return;
  if (const auto* ping = std::get_if<keeper::ping_report>(&*told))
    order(keeper::pong_order{ping->n});
  if (std::holds_alternative<keeper::stop_report>(*told)) {
    order(keeper::quit_order{"told to"});
    _exit(0);
  }
}

template <class F>
bool pump(int fd, line_splitter& lines, F&& each) {
  std::array<char, 65536> some{};
  const auto n = recv(fd, some.data(), some.size(), MSG_DONTWAIT);
  if (n == 0)
    return false;
  if (n > 0)
    lines.push({some.data(), static_cast<std::size_t>(n)});
  line_splitter::line line;
  while (lines.next(line))
    each(line.text);
  return true;
}

} // namespace

int main(int, char** argv) {
  if (access((std::string(argv[0]) + ".fails").c_str(), F_OK) == 0) {
    static_cast<void>(!write(2, "out of luck\n", 12));
    return 1;
  }
  order(keeper::ready_order{"fake"});
  line_splitter orders{1 << 20};
  std::vector<std::unique_ptr<client>> clients;
  while (true) {
    std::vector<pollfd> all{
      {keeper::link_fd, POLLIN, 0}, {keeper::listener_fd, POLLIN, 0}};
    for (const auto& each : clients)
      all.push_back({each->fd, POLLIN, 0});
    poll(all.data(), all.size(), -1);
    if (all[0].revents != 0 && !pump(keeper::link_fd, orders, obey))
      return 0;
    for (std::size_t i = 2; i < all.size(); ++i) {
      auto& from = *clients[i - 2];
      if (all[i].revents != 0 && !pump(from.fd, from.lines, [&](auto line) {
            serve(from, line);
          }))
        close(std::exchange(from.fd, -1));
    }
    std::erase_if(clients, [](const auto& each) { return each->fd < 0; });
    if (const int fd =
          all[1].revents ? accept(keeper::listener_fd, nullptr, nullptr) : -1;
        fd >= 0) {
      clients.push_back(std::make_unique<client>());
      clients.back()->fd = fd;
    }
  }
}
