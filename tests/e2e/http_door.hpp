#pragma once

#include "tests/e2e/daemon.hpp"
#include "tests/support/http_peer.hpp"

namespace troupe::e2e {

using test::http_peer;
using test::http_reply;

inline json message(int id, const std::string& method, json params = json::object()) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}};
}

inline json initialize() {
  return message(
    0,
    "initialize",
    {{"protocolVersion", "2025-11-25"},
     {"capabilities", json::object()},
     {"clientInfo", {{"name", "e2e"}, {"version", "1"}}}});
}

inline json modern(int id, const std::string& method, json params = json::object()) {
  params["_meta"] = {
    {"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
    {"io.modelcontextprotocol/clientCapabilities", json::object()}};
  return message(id, method, std::move(params));
}

/// A daemon with a door for HTTP, and what a client must say to come in.
class http : public daemon_test {
protected:
  void open(std::vector<std::string> more = {}) {
    std::vector<std::string> all{"daemon", "--http", "127.0.0.1:0"};
    all.insert(all.end(), more.begin(), more.end());
    auto starting = troupe(std::move(all));
    ASSERT_EQ(starting->exit_code(), 0) << log();
    learn();
  }

  void learn() {
    auto asking = troupe({"daemon", "url", "--json"});
    ASSERT_EQ(asking->exit_code(), 0) << log();
    const auto access = asking->out.message();
    const std::string url = access.at("url");
    const auto colon = url.rfind(':');
    port_ = static_cast<std::uint16_t>(std::stoi(url.substr(colon + 1)));
    token_ = access.value("authorization", "");
  }

  [[nodiscard]] http_peer::headers headers(http_peer::headers more = {}) const {
    http_peer::headers all{
      {"host", "127.0.0.1:" + std::to_string(port_)},
      {"content-type", "application/json"},
      {"accept", "application/json, text/event-stream"}};
    if (!token_.empty())
      all["authorization"] = token_;
    for (auto& [name, value] : more)
      all[name] = value;
    return all;
  }

  [[nodiscard]] http_reply post(const json& body, http_peer::headers more = {}) const {
    http_peer me(port_);
    me.request("POST", headers(std::move(more)), print_json(body));
    return me.reply();
  }

  [[nodiscard]] http_reply post_modern(const json& body) const {
    http_peer::headers more{
      {"mcp-protocol-version", "2026-07-28"}, {"mcp-method", body.at("method")}};
    if (body.at("params").contains("name"))
      more["mcp-name"] = body.at("params").at("name");
    return post(body, std::move(more));
  }

  /// Begins a session; its id.
  [[nodiscard]] std::string begin() const {
    const auto reply = post(initialize());
    EXPECT_EQ(reply.status, 200) << reply.body;
    return reply.field("mcp-session-id");
  }

  [[nodiscard]] json call(
    const std::string& session, int id, const std::string& tool, json arguments) const {
    const auto reply = post(
      message(id, "tools/call", {{"name", tool}, {"arguments", std::move(arguments)}}),
      {{"mcp-session-id", session}});
    EXPECT_EQ(reply.status, 200) << reply.body;
    auto text = reply.body;
    if (const auto data = text.rfind("data: "); data != std::string::npos)
      text = text.substr(data + 6);
    return json::parse(text).at("result");
  }

  std::uint16_t port_ = 0;
  std::string token_;
};

} // namespace troupe::e2e
