#pragma once

#include "conversation.hpp"

#include <gmock/gmock.h>

#include <string>
#include <string_view>

/// What Claude Code says in the tests of its adapter, and a talk with it.
namespace troupe::agents::claude {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

inline constexpr auto init = R"({"type":"system","subtype":"init","session_id":"s1"})";
inline constexpr auto hello = R"({"type":"assistant","message":{"id":"m","content":[)"
                              R"({"type":"text","text":"hello"}]}})";

inline json good(std::string_view text) {
  return {
    {"type", "result"}, {"subtype", "success"}, {"is_error", false}, {"result", text}};
}

inline json reaction(std::string_view text) {
  auto line = good(text);
  line["origin"] = {{"kind", "task-notification"}};
  return line;
}

inline std::string prompt(std::string_view text) {
  return R"({"type":"user","message":{"role":"user","content":)"
         R"([{"type":"text","text":")" +
         std::string(text) + R"("}]}})";
}

class ClaudeCode : public testing::Test {
protected:
  conversation c_{"claude_code", {}};

  void background(bool runs) {
    c_.print(
      {{"type", "system"},
       {"subtype", "background_tasks_changed"},
       {"tasks", runs ? json::array({{{"task_id", "b1"}}}) : json::array()}});
  }
  step notify(std::string_view status) {
    return c_.print(
      {{"type", "system"},
       {"subtype", "task_notification"},
       {"task_id", "b1"},
       {"status", status}});
  }
};

} // namespace troupe::agents::claude
