#include "cli/door.hpp"

#include "cli/starter.hpp"
#include "protocol/jsonrpc.hpp"

#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/socket.h>

namespace troupe::cli {

namespace {

constexpr const char* hung_up =
  "the daemon hung up; see daemon.log in the state directory, and try again";

std::string text_of(const json& outcome) {
  std::string text;
  if (const auto content = outcome.find("content"); content != outcome.end())
    for (const auto& part : *content)
      if (part.is_object() && part.value("type", "") == "text")
        text += (text.empty() ? "" : "\n") + part.value("text", "");
  return text.empty() ? "the tool failed and did not say why" : text;
}

} // namespace

result<door>
door::open(const place& where, const std::optional<std::string>& toolsets) {
  auto link = reach_daemon(where);
  if (!link)
    return fail(errc::unavailable, "no daemon can be reached: " + link.error().message);
  return enter(std::move(*link), greeting(toolsets));
}

result<door> door::enter(keeper::descriptor link, const hello& who) {
  door d(std::move(link));
  const auto by = clock::now() + answer_time;
  if (auto said = d.say(encode_text(who), by); !said)
    return fail(std::move(said.error()));
  auto welcome = d.ask(
    "initialize",
    {{"protocolVersion", "2025-11-25"},
     {"capabilities", json::object()},
     {"clientInfo", {{"name", "troupe"}, {"version", TROUPE_VERSION}}}});
  if (!welcome)
    return fail(std::move(welcome.error()));
  const auto ready = jsonrpc::notification("notifications/initialized", json::object());
  if (auto said = d.say(print_json(ready), by); !said)
    return fail(std::move(said.error()));
  return d;
}

result<json>
door::call(std::string_view tool, json arguments, std::chrono::milliseconds longer) {
  auto outcome =
    ask("tools/call", {{"name", tool}, {"arguments", std::move(arguments)}}, longer);
  if (!outcome)
    return outcome;
  const auto failed = outcome->find("isError");
  if (failed != outcome->end() && *failed == true)
    return fail(errc::conflict, text_of(*outcome));
  const auto structured = outcome->find("structuredContent");
  if (structured == outcome->end())
    return fail(
      errc::internal,
      "the daemon's answer to " + std::string(tool) +
        " has no structured content: it is of another version; troupe daemon restart");
  return json(std::move(*structured));
}

result<json>
door::ask(std::string_view method, json params, std::chrono::milliseconds longer) {
  const auto by = clock::now() + answer_time + longer;
  const auto id = ++asked_;
  interrupted_ = false;
  const auto line = print_json(jsonrpc::request(id, method, std::move(params)));
  if (auto said = say(line, by); !said)
    return fail(std::move(said.error()));
  return answer_to(id, by);
}

result<void> door::say(std::string_view text, clock::time_point by) {
  std::string line(text);
  line += '\n';
  std::string_view left = line;
  while (!left.empty()) {
    const auto n = send(link_.get(), left.data(), left.size(), MSG_NOSIGNAL);
    if (n > 0) {
      left.remove_prefix(static_cast<std::size_t>(n));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR)
      return fail(errc::unavailable, hung_up);
    if (auto ready = await(POLLOUT, by); !ready)
      return ready;
  }
  return {};
}

result<json> door::answer_to(std::uint64_t id, clock::time_point by) {
  while (true) {
    line_splitter::line line;
    while (lines_.next(line)) {
      auto m = jsonrpc::read_line(line.text);
      if (!m || m->what != jsonrpc::kind::response || m->id != id)
        continue;
      if (!m->failure.is_null())
        return fail(
          errc::conflict,
          m->failure.value("message", "the daemon refused the request"));
      return json(std::move(m->outcome));
    }
    if (auto heard = hear(by); !heard)
      return fail(std::move(heard.error()));
  }
}

result<void> door::await(short what, clock::time_point by) {
  const auto left =
    std::chrono::ceil<std::chrono::milliseconds>(by - clock::now()).count();
  std::array<pollfd, 2> ready{{{link_.get(), what, 0}, {watched_, POLLIN, 0}}};
  const auto n =
    left <= 0 ? 0 : poll(ready.data(), ready.size(), static_cast<int>(left));
  if (n == 0)
    return fail(
      errc::unavailable, "the daemon does not answer; see daemon.log, or restart it");
  interrupted_ = n > 0 && ready[1].revents != 0;
  if (interrupted_)
    return fail(errc::conflict, "interrupted");
  return {};
}

result<void> door::hear(clock::time_point by) {
  std::array<char, 64 * 1024> bytes{};
  const auto n = recv(link_.get(), bytes.data(), bytes.size(), 0);
  if (n > 0) {
    lines_.push({bytes.data(), static_cast<std::size_t>(n)});
    return {};
  }
  if (n == 0 || (errno != EAGAIN && errno != EINTR))
    return fail(errc::unavailable, hung_up);
  return await(POLLIN, by);
}

} // namespace troupe::cli
