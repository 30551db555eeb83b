#include "a2a/mcp_client.hpp"

#include "protocol/jsonrpc.hpp"

#include <boost/asio/write.hpp>

namespace troupe::a2a {

namespace {

error refusal_in(const json& outcome) {
  std::string words;
  for (const auto& each : outcome.value("content", json::array()))
    words += each.value("text", "");
  return {errc::refused, words.empty() ? "the call failed" : words};
}

} // namespace

mcp_client::mcp_client(
  boost::asio::io_context& on, int from, int to, std::function<void()> lost)
  : from_(on, from), to_(on, to), lost_(std::move(lost)), lines_(line_bytes_max) {}

void mcp_client::greet() {
  read();
  ask(
    "initialize",
    {{"protocolVersion", "2025-11-25"},
     {"capabilities", json::object()},
     {"clientInfo", {{"name", "troupe-a2a"}, {"version", TROUPE_VERSION}}}},
    [](const result<json>&) {});
  write(jsonrpc::notification("notifications/initialized", json::object()));
}

void mcp_client::call(const std::string& tool, json arguments, answer to) {
  ask(
    "tools/call",
    {{"name", tool}, {"arguments", std::move(arguments)}},
    [to = std::move(to)](result<json> outcome) {
      if (!outcome)
        return to(fail(std::move(outcome.error())));
      if (outcome->value("isError", false))
        return to(fail(refusal_in(*outcome)));
      to(outcome->value("structuredContent", json::object()));
    });
}

void mcp_client::ask(const char* method, json params, answer to) {
  if (open_.size() == open_max)
    return to(fail(errc::busy, "too many calls are open; try again later"));
  open_.emplace(++last_, std::move(to));
  write(jsonrpc::request(last_, method, std::move(params)));
}

void mcp_client::write(const json& message) {
  unwritten_.push_back(print_json(message) + "\n");
  if (unwritten_.size() == 1)
    write_on();
}

void mcp_client::write_on() {
  boost::asio::async_write(
    to_,
    boost::asio::buffer(unwritten_.front()),
    [this](const boost::system::error_code& broken, std::size_t) {
      if (broken)
        return give_up();
      unwritten_.pop_front();
      if (!unwritten_.empty())
        write_on();
    });
}

void mcp_client::read() {
  from_.async_read_some(
    boost::asio::buffer(piece_),
    [this](const boost::system::error_code& ended, std::size_t size) {
      if (ended)
        return give_up();
      lines_.push({piece_.data(), size});
      for (line_splitter::line line{}; lines_.next(line);)
        take(line.text);
      read();
    });
}

void mcp_client::take(std::string_view line) {
  const auto message = jsonrpc::read_line(line);
  if (!message || message->what != jsonrpc::kind::response || !message->id.is_number())
    return;
  const auto found = open_.find(message->id.get<std::int64_t>());
  if (found == open_.end())
    return;
  const auto to = std::move(found->second);
  open_.erase(found);
  if (message->failure.is_object())
    return to(fail(errc::internal, message->failure.value("message", "it failed")));
  to(message->outcome);
}

void mcp_client::give_up() {
  const auto lost = std::exchange(lost_, nullptr);
  for (auto& [id, to] : std::exchange(open_, {}))
    to(fail(errc::unavailable, "the daemon cannot be reached"));
  if (lost)
    lost();
}

} // namespace troupe::a2a
