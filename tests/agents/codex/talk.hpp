#pragma once

#include "conversation.hpp"

#include <gmock/gmock.h>

#include <string>
#include <string_view>

/// What Codex says in the tests of its adapter, and a talk with it.
namespace troupe::agents::codex {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

inline constexpr auto greeted = R"({"id":"initialize","result":{}})";
inline constexpr auto opened = R"({"id":"thread","result":{"thread":{"id":"t1"}}})";

inline json notice(std::string_view method, json params) {
  if (!params.contains("threadId"))
    params["threadId"] = "t1";
  return {{"method", method}, {"params", std::move(params)}};
}

inline json began(std::string_view turn) {
  return notice("turn/started", {{"turn", {{"id", turn}}}});
}

inline json ended(std::string_view turn, std::string_view status, json error = {}) {
  return notice(
    "turn/completed",
    {{"turn", {{"id", turn}, {"status", status}, {"error", std::move(error)}}}});
}

inline json item(std::string_view when, json what) {
  return notice("item/" + std::string(when), {{"item", std::move(what)}});
}

inline json said(std::string_view text) {
  return item("completed", {{"type", "agentMessage"}, {"id", "m"}, {"text", text}});
}

inline json running(std::string_view id, std::string_view command) {
  return item(
    "started", {{"type", "commandExecution"}, {"id", id}, {"command", command}});
}

/// A request for leave to run a command.
inline json asks(int id, std::string_view command) {
  return {
    {"id", id},
    {"method", "item/commandExecution/requestApproval"},
    {"params",
     {{"threadId", "t1"}, {"turnId", "u1"}, {"itemId", "c1"}, {"command", command}}}};
}

class Codex : public testing::Test {
protected:
  explicit Codex(const attempt_plan& plan = {}) : c_("codex", plan) {}

  /// A turn that runs under the name u1.
  void begin() {
    c_.turn("do it");
    c_.line(greeted);
    c_.line(opened);
    c_.print(began("u1"));
  }

  conversation c_;
};

} // namespace troupe::agents::codex
