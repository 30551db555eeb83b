#include "examples/client.hpp"

#include "protocol/jsonrpc.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::examples {

namespace {

constexpr int answer_ms_max = 75'000;

tl::unexpected<error> broken(const std::string& what) {
  return fail(errc::unavailable, what + ": " + std::strerror(errno));
}

} // namespace

result<child> start(const std::vector<std::string>& argv) {
  std::array<int, 2> in{};
  std::array<int, 2> out{};
  if (pipe2(in.data(), O_CLOEXEC) != 0 || pipe2(out.data(), O_CLOEXEC) != 0)
    return broken("pipe");
  std::vector<char*> words;
  for (const auto& word : argv)
    words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);

  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  child c{.to = in[1], .from = out[0]};
  errno = posix_spawn(&c.pid, words[0], &actions, nullptr, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(in[0]);
  close(out[1]);
  if (errno == 0)
    return c;
  const auto why = broken(argv[0]);
  close(c.to);
  close(c.from);
  return why;
}

int wait_for_end(const child& c) {
  close(c.to);
  close(c.from);
  int status = 0;
  while (waitpid(c.pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

result<client> client::connect(const std::vector<std::string>& argv, listener calls) {
  auto server = start(argv);
  if (!server)
    return fail(std::move(server.error()));
  client c(*server, std::move(calls));
  auto welcome = c.ask(
    "initialize",
    {{"protocolVersion", "2025-11-25"},
     {"capabilities", json::object()},
     {"clientInfo", {{"name", "troupe-demo"}, {"version", TROUPE_VERSION}}}});
  if (!welcome)
    return fail(std::move(welcome.error()));
  auto said = c.say(jsonrpc::notification("notifications/initialized", json::object()));
  if (!said)
    return fail(std::move(said.error()));
  return c;
}

client::client(client&& other) noexcept
  : server_(std::exchange(other.server_, child{})), calls_(std::move(other.calls_)),
    lines_(std::move(other.lines_)), asked_(other.asked_) {}

client::~client() {
  if (server_.pid > 0)
    wait_for_end(server_);
}

result<json> client::call(std::string_view tool, json arguments) {
  calls_(tool, arguments);
  auto outcome =
    ask("tools/call", {{"name", tool}, {"arguments", std::move(arguments)}});
  if (!outcome)
    return outcome;
  if (outcome->value("isError", false))
    return fail(errc::conflict, (*outcome)["content"].at(0).value("text", ""));
  return json(std::move((*outcome)["structuredContent"]));
}

result<json> client::ask(std::string_view method, json params) {
  const auto id = ++asked_;
  if (auto said = say(jsonrpc::request(id, method, std::move(params))); !said)
    return fail(std::move(said.error()));
  while (true) {
    line_splitter::line line{};
    while (lines_.next(line)) {
      auto m = jsonrpc::read_line(line.text);
      if (!m || m->what != jsonrpc::kind::response || m->id != id)
        continue;
      if (!m->failure.is_null())
        return fail(errc::conflict, m->failure.value("message", ""));
      return json(std::move(m->outcome));
    }
    if (auto heard = hear(); !heard)
      return fail(std::move(heard.error()));
  }
}

result<void> client::say(const json& message) {
  const auto text = print_json(message) + "\n";
  std::string_view left = text;
  while (!left.empty()) {
    const auto n = write(server_.to, left.data(), left.size());
    if (n < 0 && errno != EINTR)
      return broken("the server does not listen");
    left.remove_prefix(n > 0 ? static_cast<std::size_t>(n) : 0);
  }
  return {};
}

result<void> client::hear() {
  pollfd ready{server_.from, POLLIN, 0};
  if (poll(&ready, 1, answer_ms_max) == 0)
    return fail(errc::timeout, "the server does not answer");
  std::array<char, 64 * 1024> bytes{};
  const auto n = read(server_.from, bytes.data(), bytes.size());
  if (n == 0 || (n < 0 && errno != EINTR))
    return fail(errc::unavailable, "the server hung up");
  lines_.push({bytes.data(), n > 0 ? static_cast<std::size_t>(n) : 0});
  return {};
}

} // namespace troupe::examples
