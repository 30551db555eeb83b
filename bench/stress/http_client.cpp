#include "bench/stress/http_client.hpp"

#include "bench/stress/figures.hpp"
#include "protocol/jsonrpc.hpp"

namespace troupe::stress {

namespace {

constexpr int http_ok = 200;
constexpr int http_taken = 202;

std::string head_for(const http_endpoint& at) {
  auto head = "/mcp HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(at.port) + "\r\n";
  if (!at.authorization.empty())
    head += "Authorization: " + at.authorization + "\r\n";
  return head;
}

json modern_envelope() {
  return {
    {"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
    {"io.modelcontextprotocol/clientCapabilities", json::object()}};
}

} // namespace

json first_request() {
  return jsonrpc::request(
    0,
    "initialize",
    {{"protocolVersion", "2025-11-25"},
     {"capabilities", json::object()},
     {"clientInfo", {{"name", "troupe-stress"}, {"version", TROUPE_VERSION}}}});
}

json first_notification() {
  return jsonrpc::notification("notifications/initialized", json::object());
}

json call_of(std::uint64_t id, const std::string& run_id, json more) {
  json params{{"name", "get_run"}, {"arguments", {{"run_id", run_id}}}};
  if (!more.is_null())
    params.update(more);
  return jsonrpc::request(id, "tools/call", std::move(params));
}

bool answers_call(std::string_view text) {
  return text.find(R"("structuredContent":)") != std::string_view::npos &&
         text.find(R"("isError":true)") == std::string_view::npos;
}

http_client::http_client(
  boost::asio::io_context& on, const http_endpoint& at, const std::string& run_id)
  : head_(head_for(at)), link_(on, at.port), stream_(on, at.port), run_id_(run_id) {}

std::string http_client::fields_of_session() const {
  return "Mcp-Session-Id: " + session_ + "\r\nMCP-Protocol-Version: 2025-11-25\r\n";
}

void http_client::ask(
  const std::string& fields,
  const json& what,
  int status,
  std::function<void(const http_link::answer&)> then) {
  const auto body = print_json(what);
  auto request = "POST " + head_ +
                 "Content-Type: application/json\r\n"
                 "Accept: application/json, text/event-stream\r\n" +
                 fields + "Content-Length: " + std::to_string(body.size()) +
                 "\r\n\r\n" + body;
  link_.ask(
    std::move(request),
    [status, then = std::move(then)](const http_link::answer& come) {
      if (static_cast<int>(come.result_int()) != status)
        give_up(
          "HTTP " + std::to_string(come.result_int()) + ": " +
          come.body().substr(0, 500));
      then(come);
    });
}

void http_client::begin(std::function<void()> then) {
  ask("", first_request(), http_ok, [this, then](const http_link::answer& come) {
    session_ = std::string(come["mcp-session-id"]);
    if (session_.empty())
      give_up("no session: " + come.body().substr(0, 500));
    ask(
      fields_of_session(),
      first_notification(),
      http_taken,
      [then](const http_link::answer&) { then(); });
  });
}

void http_client::listen(
  std::function<void()> then, std::function<void(std::string_view uri)> told) {
  constexpr std::string_view label = R"("uri":")";
  stream_.open(
    "GET " + head_ + "Accept: text/event-stream\r\n" + fields_of_session() + "\r\n",
    std::move(then),
    [told = std::move(told), label](std::string_view data) {
      const auto at = data.find(label);
      if (
        at == std::string_view::npos ||
        data.find("notifications/resources/updated") == std::string_view::npos)
        return;
      const auto uri = data.substr(at + label.size());
      told(uri.substr(0, uri.find('"')));
    });
}

void http_client::subscribe(std::vector<std::string> uris, std::function<void()> then) {
  if (uris.empty())
    return then();
  const json params{{"uri", uris.back()}};
  uris.pop_back();
  ask(
    fields_of_session(),
    jsonrpc::request(++asked_, "resources/subscribe", params),
    http_ok,
    [this, uris = std::move(uris), then](const http_link::answer& come) {
      if (come.body().find(R"("result")") == std::string::npos)
        give_up("not subscribed: " + come.body().substr(0, 500));
      subscribe(uris, then);
    });
}

void http_client::call(std::function<void()> then) {
  const auto what = modern_ ? call_of(++asked_, run_id_, {{"_meta", modern_envelope()}})
                            : call_of(++asked_, run_id_);
  const auto fields = modern_ ? "MCP-Protocol-Version: 2026-07-28\r\n"
                                "Mcp-Method: tools/call\r\nMcp-Name: get_run\r\n"
                              : fields_of_session();
  ask(fields, what, http_ok, [then = std::move(then)](const http_link::answer& come) {
    if (!answers_call(come.body()))
      give_up("a call failed: " + come.body().substr(0, 500));
    then();
  });
}

} // namespace troupe::stress
