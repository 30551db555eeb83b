#include "agents/acp/updates.hpp"

#include "agents/made_files.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace troupe::agents::acp {

namespace {

/// Of no use to a client, or an echo of what it said itself.
constexpr auto silent = std::to_array<std::string_view>(
  {"available_commands_update",
   "compaction_summary_chunk",
   "compaction_update",
   "config_option_update",
   "session_info_update",
   "state_update",
   "terminal_output_chunk",
   "terminal_update",
   "user_message",
   "user_message_chunk"});

constexpr auto of_turn = std::to_array<std::string_view>(
  {"agent_message",
   "agent_message_chunk",
   "agent_thought",
   "agent_thought_chunk",
   "plan",
   "plan_update",
   "tool_call",
   "tool_call_update"});

bool is_one_of(std::string_view word, const auto& words) {
  return std::ranges::find(words, word) != words.end();
}

/// Version 1 has the entries at hand, version 2 in a plan that may be no list.
const json& entries_in(const json& update) {
  const auto& plan = member(update, "plan");
  return member(plan.is_object() ? plan : update, "entries");
}

} // namespace

bool updates::is_of_turn(std::string_view kind) {
  return is_one_of(kind, of_turn);
}

void updates::note(const json& update, step& out) {
  const auto kind = text_in(update, "sessionUpdate");
  if (kind.starts_with("agent_message"))
    tell_files(json::object(), files_among(member(update, "content")), out);
  if (kind == "agent_message_chunk")
    speech_.chunk(event_type::agent_message, update, out);
  else if (kind == "agent_thought_chunk")
    speech_.chunk(event_type::reasoning, update, out);
  else if (kind == "agent_message")
    speech_.whole(event_type::agent_message, update, out);
  else if (kind == "agent_thought")
    speech_.whole(event_type::reasoning, update, out);
  else if (kind.starts_with("tool_call"))
    tool(kind, update, out);
  else if (kind == "plan" || kind == "plan_update") {
    speech_.flush(out);
    tell(out, event_type::todo_updated, {{"todos", entries_in(update)}});
  } else if (kind == "usage_update")
    spent_.note(update);
  else if (kind == "current_mode_update")
    mode(text_in(update, "currentModeId"), out);
  else if (kind == "notice")
    warn(
      out,
      "notice",
      {{"message", text_in(update, "title")},
       {"description", text_in(update, "description")}});
  else if (!is_one_of(kind, silent))
    unknown(kind, out);
}

void updates::turn_over(step& out) {
  speech_.flush(out);
  calls_.turn_over();
}

/// Only what is told of a tool interrupts what is being said.
void updates::tool(std::string_view kind, const json& update, step& out) {
  if (kind == "tool_call_content_chunk")
    return calls_.append(update);
  step told;
  calls_.upsert(update, told);
  if (!told.events.empty())
    speech_.flush(out);
  std::ranges::move(told.events, std::back_inserter(out.events));
}

void updates::mode(std::string_view now, step& out) {
  if (now.empty() || now == mode_)
    return;
  mode_ = now;
  warn(out, "mode_changed", {{"mode", now}});
}

void updates::unknown(std::string_view kind, step& out) {
  constexpr std::size_t warned_max = 32;
  constexpr std::size_t name_max = 80;
  auto shown = one_line(kind, name_max);
  if (warned_.size() == warned_max || !warned_.insert(shown).second)
    return;
  warn(out, "unknown_message", {{"type", "session/update"}, {"update", shown}});
}

} // namespace troupe::agents::acp
