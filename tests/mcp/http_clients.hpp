#pragma once

#include "mcp/http_clients.hpp"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

namespace troupe::mcp {

using http_headers = std::map<std::string, std::string>;

/// What is done, in short: `3: 200 {"a":1}`, `3: open`, `3: data: x`, `3: end`,
/// `in 1`, `1< line`, `out 1`. Clients are numbered from 1.
inline std::vector<std::string> shorten(const http_acts& acts) {
  const auto number = [](std::uint64_t client) {
    return std::to_string(client - http_client_min);
  };
  std::vector<std::string> told;
  for (const auto& act : acts)
    told.push_back(std::visit(
      [&]<class T>(const T& a) -> std::string {
        if constexpr (std::is_same_v<T, answer_exchange>)
          return std::to_string(a.to) + ": " + std::to_string(a.what.status) +
                 (a.what.body.empty() ? "" : " " + a.what.body);
        else if constexpr (std::is_same_v<T, open_stream>)
          return std::to_string(a.to) + ": open";
        else if constexpr (std::is_same_v<T, send_events>)
          return std::to_string(a.to) + ": " + a.text;
        else if constexpr (std::is_same_v<T, end_stream>)
          return std::to_string(a.to) + ": end";
        else if constexpr (std::is_same_v<T, client_in>)
          return "in " + number(a.client) + a.run_token;
        else if constexpr (std::is_same_v<T, line_in>)
          return number(a.client) + "< " + a.line;
        else
          return "out " + number(a.client);
      },
      act));
  return told;
}

class HttpClients : public ::testing::Test {
protected:
  std::vector<std::string> ask(
    exchange_id by,
    const std::string& method,
    const http_headers& fields,
    const std::string& body = {},
    const std::string& run_token = {}) {
    http_request r{
      .head = {.method = method, .target = "/mcp", .fields = {}}, .body = body};
    for (const auto& [name, value] : fields)
      r.head.fields.emplace_back(name, value);
    last_ = subject.ask(by, r, run_token, now);
    return shorten(last_);
  }

  std::vector<std::string>
  say(std::uint64_t client, const std::string& line, const std::string& about) {
    return shorten(subject.say(http_client_min + client, line, about, now));
  }

  std::vector<std::string> hang_up(exchange_id which) {
    return shorten(subject.hang_up(which, now));
  }

  /// A session as exchange 100; client 1.
  void begin(const std::string& revision = "2025-11-25") {
    ask(100, "POST", {}, R"({"jsonrpc":"2.0","id":0,"method":"initialize"})");
    say(
      1,
      R"({"jsonrpc":"2.0","id":0,"result":{"protocolVersion":")" + revision + R"("}})",
      "0");
  }

  std::vector<std::string> post(exchange_id by, const std::string& id) {
    return ask(
      by,
      "POST",
      in_session,
      R"({"jsonrpc":"2.0","id":)" + id + R"(,"method":"tools/call"})");
  }

  static std::string answer(const std::string& id) {
    return R"({"jsonrpc":"2.0","id":)" + id + R"(,"result":{}})";
  }

  const http_headers in_session{{"mcp-session-id", "S1"}};
  const std::string progress = R"({"jsonrpc":"2.0","method":"notifications/progress"})";
  int made = 0;
  http_clients subject{[this] { return "S" + std::to_string(++made); }};
  http_moment now{5'000'000};
  http_acts last_;
};

} // namespace troupe::mcp
