#pragma once

#include "conversation.hpp"

#include <gmock/gmock.h>

#include <string>
#include <string_view>
#include <vector>

/// What an agent of the Agent Client Protocol says in the tests of its adapter, and a
/// talk with it.
namespace troupe::agents::acp {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

inline json reply(int id, const json& result) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"result", result}};
}

inline json failure(int id, int code, std::string_view message) {
  return {{"id", id}, {"error", {{"code", code}, {"message", message}}}};
}

inline json update(std::string_view kind, json more = json::object()) {
  more["sessionUpdate"] = kind;
  return {
    {"jsonrpc", "2.0"},
    {"method", "session/update"},
    {"params", {{"sessionId", "s1"}, {"update", more}}}};
}

inline json chunk(std::string_view text) {
  return update(
    "agent_message_chunk", {{"content", {{"type", "text"}, {"text", text}}}});
}

inline json tool(std::string_view kind, json more) {
  more["toolCallId"] = "t1";
  return update(kind, std::move(more));
}

inline json request(const json& id, std::string_view method, json params) {
  params["sessionId"] = "s1";
  return {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}};
}

inline const json options = json::array(
  {{{"optionId", "o-always"}, {"name", "Always"}, {"kind", "allow_always"}},
   {{"optionId", "o-once"}, {"name", "Once"}, {"kind", "allow_once"}},
   {{"optionId", "o-no"}, {"name", "No"}, {"kind", "reject_once"}}});

inline json leave(const json& id, const json& call, const json& offered = options) {
  return request(
    id, "session/request_permission", {{"toolCall", call}, {"options", offered}});
}

inline json command(std::string_view text) {
  return {
    {"toolCallId", "t1"},
    {"kind", "execute"},
    {"title", text},
    {"rawInput", {{"command", text}}}};
}

/// The messages of a step, as JSON.
inline std::vector<json> sent(const step& out) {
  std::vector<json> messages;
  for (const auto& line : out.lines)
    messages.push_back(json::parse(line));
  return messages;
}

inline std::string chosen(const step& out) {
  const auto messages = sent(out);
  if (messages.empty())
    return "nothing";
  const auto& outcome = messages.front()["result"]["outcome"];
  return outcome.value("optionId", outcome.value("outcome", "?"));
}

inline json able(const json& capabilities, std::string_view name = "some-agent") {
  return {
    {"protocolVersion", 1},
    {"agentInfo", {{"name", name}}},
    {"agentCapabilities", capabilities}};
}

/// An agent whose session is open and whose turn runs.
class Acp : public testing::Test {
protected:
  void open(const attempt_plan& plan, const json& initialized = able(json::object())) {
    c_ = std::make_unique<conversation>("acp", plan);
    c_->turn("do it");
    c_->print(reply(0, initialized));
    c_->print(reply(1, {{"sessionId", "s1"}}));
  }
  void open() { open(configured(json::object())); }

  static attempt_plan permitting(const permission_policy& policy) {
    auto plan = configured(json::object());
    plan.permissions = policy;
    return plan;
  }

  step finish(std::string_view stop_reason) {
    return c_->print(reply(2, {{"stopReason", stop_reason}}));
  }

  std::unique_ptr<conversation> c_;
};

} // namespace troupe::agents::acp
