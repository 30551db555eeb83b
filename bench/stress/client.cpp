#include "bench/stress/client.hpp"

#include "bench/stress/figures.hpp"
#include "cli/place.hpp"
#include "cli/starter.hpp"
#include "protocol/jsonrpc.hpp"

#include <cerrno>
#include <charconv>
#include <poll.h>
#include <sys/socket.h>

namespace troupe::stress {

namespace {

constexpr std::size_t read_bytes = 1 << 20;
constexpr int answer_ms_max = 120'000;

keeper::descriptor connected(const std::string& socket) {
  const auto since = clock::now();
  while (true) {
    auto link = cli::connect_to(socket);
    if (link)
      return std::move(*link);
    if (ms_since(since) > answer_ms_max)
      give_up(link.error().message);
    poll(nullptr, 0, 1);
  }
}

void await(int fd, short what) {
  pollfd ready{fd, what, 0};
  if (poll(&ready, 1, answer_ms_max) == 0)
    give_up("the daemon does not answer");
}

} // namespace

client::client(const std::string& socket) : link_(connected(socket)) {
  buffer_.resize(read_bytes);
  say(encode(cli::greeting({})));
  say(jsonrpc::request(
    0,
    "initialize",
    {{"protocolVersion", "2025-11-25"},
     {"capabilities", json::object()},
     {"clientInfo", {{"name", "troupe-stress"}, {"version", TROUPE_VERSION}}}}));
  const auto welcome = next_line();
  if (welcome.find("serverInfo") == std::string_view::npos)
    give_up("no welcome: " + std::string(welcome.substr(0, 500)));
  say(jsonrpc::notification("notifications/initialized", json::object()));
}

void client::say(const json& message) {
  const auto line = print_json(message) + "\n";
  for (std::string_view left = line; !left.empty();) {
    const auto n = send(link_.get(), left.data(), left.size(), MSG_NOSIGNAL);
    if (n > 0)
      left.remove_prefix(static_cast<std::size_t>(n));
    else if (errno == EAGAIN || errno == EINTR)
      await(link_.get(), POLLOUT);
    else
      give_up("the daemon hung up");
  }
}

void client::hear() {
  await(link_.get(), POLLIN);
  const auto n = recv(link_.get(), buffer_.data(), buffer_.size(), 0);
  if (n > 0)
    lines_.push({buffer_.data(), static_cast<std::size_t>(n)});
  else if (n == 0 || (errno != EAGAIN && errno != EINTR))
    give_up("the daemon hung up");
}

std::string_view client::next_line() {
  line_splitter::line line{};
  while (!lines_.next(line))
    hear();
  return line.text;
}

std::uint64_t client::begin(std::string_view tool, const json& arguments) {
  const auto id = ++asked_;
  say(jsonrpc::request(id, "tools/call", {{"name", tool}, {"arguments", arguments}}));
  return id;
}

client::answer client::next() {
  while (true) {
    const auto m = jsonrpc::read_line(next_line());
    if (!m || m->what != jsonrpc::kind::response)
      continue;
    const auto content = m->outcome.find("structuredContent");
    if (content == m->outcome.end() || m->outcome.contains("isError"))
      give_up("a call failed: " + print_json(m->outcome) + print_json(m->failure));
    return {m->id.get<std::uint64_t>(), *content};
  }
}

json client::call(std::string_view tool, const json& arguments) {
  begin(tool, arguments);
  return next().content;
}

std::uint64_t number_in(std::string_view line, std::string_view name) {
  const auto label = "\"" + std::string(name) + "\":";
  const auto at = line.rfind(label);
  std::uint64_t value = 0;
  if (at != std::string_view::npos)
    std::from_chars(line.data() + at + label.size(), line.data() + line.size(), value);
  return value;
}

} // namespace troupe::stress
