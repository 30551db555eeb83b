#include "tests/e2e/client.hpp"

#include "protocol/jsonrpc.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace troupe::e2e {

json client::enter(json capabilities) {
  const auto id = request(
    "initialize",
    {{"protocolVersion", "2025-11-25"},
     {"capabilities", std::move(capabilities)},
     {"clientInfo", {{"name", "e2e"}, {"version", "1"}}}});
  auto welcome = raw_answer(id);
  EXPECT_TRUE(welcome.contains("result")) << print_json(welcome);
  to_->say(jsonrpc::notification("notifications/initialized", json::object()));
  return welcome;
}

int client::request(std::string_view method, json params) {
  to_->say(jsonrpc::request(++asked_, method, std::move(params)));
  return asked_;
}

int client::send(std::string_view tool, json arguments) {
  return request("tools/call", {{"name", tool}, {"arguments", std::move(arguments)}});
}

/// One line, to where it is looked for.
void client::hear() {
  auto line = from_->line();
  ended_ = !line;
  if (ended_)
    return;
  auto message = parse_json(*line);
  const bool is_answer =
    message && message->contains("id") && !message->contains("method");
  EXPECT_TRUE(message && (is_answer || message->contains("method")))
    << line->substr(0, 500);
  if (is_answer && (*message)["id"].is_number()) {
    const int of = (*message)["id"];
    come_[of] = std::move(*message);
  } else if (message) {
    told_.push_back(std::move(*message));
  }
}

json client::raw_answer(int id) {
  while (!come_.contains(id) && !ended_)
    hear();
  if (!come_.contains(id)) {
    ADD_FAILURE() << "the connection ended before the answer to " << id;
    return json::object();
  }
  return come_.extract(id).mapped();
}

json client::told(std::string_view method) {
  for (;;) {
    const auto it = std::ranges::find_if(
      told_, [&](const json& m) { return m.value("method", "") == method; });
    if (it != told_.end()) {
      auto message = std::move(*it);
      told_.erase(it);
      return message;
    }
    if (ended_) {
      ADD_FAILURE() << "the connection ended before " << method;
      return json::object();
    }
    hear();
  }
}

void client::give(const json& request, json result) {
  to_->say(jsonrpc::success(request["id"], std::move(result)));
}

tool_reply client::answer(int id) {
  const auto message = raw_answer(id);
  tool_reply reply;
  if (!message.contains("result")) {
    reply.failed = true;
    reply.text = print_json(message);
    return reply;
  }
  const auto& result = message["result"];
  reply.failed = result.value("isError", false);
  for (const auto& part : result.value("content", json::array()))
    reply.text += part.value("text", "");
  if (result.contains("structuredContent")) {
    reply.data = result["structuredContent"];
    reply.bytes = print_json(reply.data).size();
  }
  return reply;
}

json client::must(std::string_view tool, json arguments) {
  auto reply = call(tool, std::move(arguments));
  EXPECT_FALSE(reply.failed) << tool << ": " << reply.text.substr(0, 2000);
  return reply.data.is_object() ? reply.data : json::object();
}

std::map<std::string, json> client::ended(const std::vector<std::string>& run_ids) {
  std::map<std::string, json> briefs;
  constexpr std::size_t fit_in_an_answer = 25;
  for (std::size_t at = 0; at < run_ids.size(); at += fit_in_an_answer) {
    const auto end = std::min(at + fit_in_an_answer, run_ids.size());
    const std::vector<std::string> some(
      run_ids.begin() + static_cast<std::ptrdiff_t>(at),
      run_ids.begin() + static_cast<std::ptrdiff_t>(end));
    json seen;
    do
      seen = must(
        "wait_runs", {{"run_ids", some}, {"until", "terminal"}, {"wait_ms", 15000}});
    while (!seen.value("satisfied", true));
    for (const auto& brief : seen.value("runs", json::array()))
      briefs[brief["run_id"]] = brief;
  }
  EXPECT_EQ(briefs.size(), run_ids.size());
  return briefs;
}

json client::event_of(
  const std::string& run_id, const std::string& type, int after_seq) {
  for (;;) {
    const auto page = must(
      "poll_events",
      {{"run_id", run_id}, {"after_seq", after_seq}, {"wait_ms", 15000}});
    const auto events = page.value("events", json::array());
    for (const auto& event : events)
      if (event["type"] == type)
        return event;
    const std::string status = page.value("status", "failed");
    const bool over =
      status == "completed" || status == "failed" || status == "cancelled";
    if (over && !page.value("has_more", false))
      return nullptr;
    after_seq = page.value("next_after_seq", after_seq);
  }
}

std::vector<json> client::events(const std::string& run_id, int max_bytes) {
  std::vector<json> all;
  std::uint64_t after = 0;
  for (;;) {
    const auto page = must(
      "poll_events",
      {{"run_id", run_id},
       {"after_seq", after},
       {"wait_ms", 0},
       {"limit", 1000},
       {"max_bytes", max_bytes}});
    const auto some = page.value("events", json::array());
    all.insert(all.end(), some.begin(), some.end());
    after = page.value("next_after_seq", after);
    if (some.empty() || !page.value("has_more", false))
      return all;
  }
}

} // namespace troupe::e2e
