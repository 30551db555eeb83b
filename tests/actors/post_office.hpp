#pragma once

#include "tests/actors/one_run.hpp"

#include "store/inbox.hpp"

namespace troupe {

/// Messages between people and runs, over the whole tree of actors.
struct post_office : one_run {
  template <class T>
  static asked<T> by_run(const std::string& run_id, const json& j) {
    caller who;
    who.run_id = run_id;
    who.depth = 1;
    return {std::make_shared<caller>(who), "", *decode_text<T>(print_json(j))};
  }

  result<sent_message> send(const json& what) {
    json order{{"to_agent_name", "agent1"}, {"message", "hello"}};
    if (what.is_object())
      order.update(what);
    return answer<sent_message>(names, by_person<send_agent_message>(order));
  }
  result<sent_message> send_as(const std::string& run_id, const json& what) {
    json order{{"to_agent_name", "agent1"}, {"message", "hello"}};
    if (what.is_object())
      order.update(what);
    return answer<sent_message>(names, by_run<send_agent_message>(run_id, order));
  }
  std::vector<agent_letter> inbox_of(const std::string& name) {
    return answer<message_page>(
             names, by_person<fetch_agent_messages>({{"agent_name", name}}))
      ->messages;
  }
  auto own_inbox(const std::string& run_id, int wait_ms = 0) {
    return by_run<fetch_agent_messages>(run_id, {{"wait_ms", wait_ms}});
  }
  message_state state(std::size_t at = 0, const std::string& name = "agent1") {
    return inbox_of(name).at(at).state;
  }

  /// Ids of the messages that became inputs of an attempt.
  std::vector<std::string> taken(const std::string& id, std::uint32_t n = 1) {
    std::vector<std::string> ids;
    const auto recorded = store::load_inputs(disk, id, n);
    for (const auto& each : recorded->inputs)
      if (const auto body = *parse_json(each.body.text); body.contains("message_id"))
        ids.push_back(body["message_id"]);
    return ids;
  }

  std::string working_claude(const json& more = json::object()) {
    const auto id = start(of_claude(more));
    spawned(id);
    prints({{"type", "system"}, {"subtype", "init"}, {"session_id", "b1"}});
    prints(
      {{"type", "assistant"},
       {"session_id", "b1"},
       {"message",
        {{"role", "assistant"},
         {"content", json::array({{{"type", "text"}, {"text", "hm"}}})}}}});
    return id;
  }
};

inline const json reads_nothing{
  {"backend_config", {{"command", {"agent"}}, {"stdin", "text"}}}};
inline const json no_second_try{{"restart", {{"type", "temporary"}}}};

} // namespace troupe
