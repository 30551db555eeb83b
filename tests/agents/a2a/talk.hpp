#pragma once

#include "conversation.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// What troupe-a2a tells of a remote agent in the tests of its adapter, and a talk with
/// one.
namespace troupe::agents::a2a {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

inline const std::string agent_url = "http://agent.test:81";

inline json card(const std::string& version = "1.0", bool streams = true) {
  const json entry{
    {"url", agent_url + "/rpc"},
    {"protocolBinding", "JSONRPC"},
    {"protocolVersion", version}};
  return {
    {"name", "agent"},
    {"capabilities", {{"streaming", streams}}},
    {"supportedInterfaces", json::array({entry})}};
}

inline json reply(int id, const json& body, int status = 200) {
  return {{"what", "reply"}, {"id", id}, {"status", status}, {"body", body}};
}

inline json news(std::string_view what, int id) {
  return {{"what", what}, {"id", id}};
}

inline json failed(int id, std::string_view fault) {
  return {{"what", "failed"}, {"id", id}, {"fault", fault}, {"message", "it broke"}};
}

/// A JSON-RPC result, as an event or in a reply.
inline json result(json what) {
  return {{"jsonrpc", "2.0"}, {"id", 1}, {"result", std::move(what)}};
}

inline json error(int code, std::string_view words) {
  return {{"jsonrpc", "2.0"}, {"error", {{"code", code}, {"message", words}}}};
}

inline json said(std::string_view id, std::string_view text) {
  return {
    {"messageId", id},
    {"role", "ROLE_AGENT"},
    {"parts", json::array({{{"text", text}}})}};
}

inline json status(std::string_view state, std::string_view text = {}) {
  json made{{"state", "TASK_STATE_" + std::string(state)}};
  if (!text.empty())
    made["message"] = said("m-" + std::string(text), text);
  return made;
}

inline json task(const json& status) {
  return {{"id", "t1"}, {"contextId", "c1"}, {"status", status}};
}

inline json update(const json& status) {
  return {
    {"statusUpdate", {{"taskId", "t1"}, {"contextId", "c1"}, {"status", status}}}};
}

inline json artifact(std::string_view id, const json& part, const json& more = {}) {
  json made{
    {"taskId", "t1"},
    {"contextId", "c1"},
    {"artifact", {{"artifactId", id}, {"parts", json::array({part})}}}};
  if (more.is_object())
    made.update(more);
  return {{"artifactUpdate", made}};
}

/// What the program is told to do.
inline std::vector<json> asked(const step& out) {
  std::vector<json> requests;
  for (const auto& line : out.lines)
    if (auto request = json::parse(line); !request.value("url", "").empty())
      requests.push_back(std::move(request));
  return requests;
}

/// The JSON-RPC method of a step's only request.
inline std::string method(const step& out) {
  const auto requests = asked(out);
  return requests.size() == 1 ? requests[0]["body"].value("method", "?")
                              : std::to_string(requests.size()) + " requests";
}

inline json params(const step& out) {
  return asked(out).at(0)["body"]["params"];
}

inline std::string text_said(const step& out) {
  return params(out)["message"]["parts"][0].value("text", "?");
}

inline attempt_plan fresh() {
  auto plan = configured({{"agent_url", agent_url}});
  plan.session = "key";
  return plan;
}

inline attempt_plan resumed(const json& session) {
  auto plan = fresh();
  plan.session = print_json(session);
  plan.resume = true;
  return plan;
}

class A2a : public testing::Test {
protected:
  /// The prompt, and the card as request 1; what is sent is request 2.
  step open(const attempt_plan& plan = fresh(), const json& its_card = card()) {
    c_ = std::make_unique<conversation>("remote_a2a", plan);
    c_->turn("do it");
    return c_->print(reply(1, its_card));
  }

  /// As open, after a restart.
  step open_again(const json& session) {
    c_ = std::make_unique<conversation>("remote_a2a", resumed(session));
    c_->say(
      input_kind::turn,
      {{"text", "you were interrupted"}, {"notice", true}, {"prompt", "do it"}});
    return c_->print(reply(1, card()));
  }

  /// An agent that has taken the prompt and works.
  void work() {
    open();
    c_->print(news("sending", 2));
    event(2, result({{"task", task(status("WORKING"))}}));
  }

  step event(int id, const json& body) {
    auto line = news("event", id);
    line["body"] = body;
    return c_->print(line);
  }

  std::unique_ptr<conversation> c_;
};

} // namespace troupe::agents::a2a
