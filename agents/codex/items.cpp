#include "agents/codex/items.hpp"

#include "agents/codex/command_text.hpp"
#include "agents/made_files.hpp"

#include <algorithm>
#include <array>

namespace troupe::agents::codex {

namespace {

/// Echoes, and what other messages tell.
constexpr auto silent = std::to_array<std::string_view>(
  {"contextCompaction",
   "enteredReviewMode",
   "exitedReviewMode",
   "functionCallOutput",
   "hookPrompt",
   "sleep",
   "subAgentActivity",
   "userMessage"});

constexpr auto call_types = std::to_array<std::string_view>(
  {"collabAgentToolCall",
   "commandExecution",
   "dynamicToolCall",
   "fileChange",
   "imageGeneration",
   "imageView",
   "mcpToolCall",
   "webSearch"});

/// Of an item of a call: what is not its input.
constexpr auto not_input = std::to_array<std::string_view>(
  {"completedAtMs", "durationMs", "id", "startedAtMs", "status", "type"});

bool is_one_of(std::string_view word, const auto& words) {
  return std::ranges::find(words, word) != words.end();
}

std::string tool_of(const json& item) {
  const auto type = text_in(item, "type");
  if (type == "mcpToolCall")
    return mcp_tool(text_in(item, "server"), text_in(item, "tool"));
  if (type == "fileChange")
    return "apply_patch";
  const auto tool = text_in(item, "tool");
  return std::string(tool.empty() ? type : tool);
}

json input_of(const json& item) {
  if (const auto& given = member(item, "arguments"); !given.is_null())
    return given;
  json input = json::object();
  for (const auto& [name, value] : item.items())
    if (!value.is_null() && !is_one_of(name, not_input))
      input[name] = value;
  return input;
}

std::string join(const json& texts) {
  std::string all;
  for (const auto& each : texts) {
    const auto text = each.is_string()
                        ? std::string_view(each.get_ref<const std::string&>())
                        : text_in(each, "text");
    if (!text.empty())
      all.append(all.empty() ? "" : "\n").append(text);
  }
  return all;
}

std::string output_of(const json& item) {
  if (const auto error = text_in(member(item, "error"), "message"); !error.empty())
    return std::string(error);
  if (const auto& parts = member(item, "contentItems"); parts.is_array())
    return join(parts);
  return join(member(member(item, "result"), "content"));
}

json files_of(const json& item) {
  if (text_in(item, "type") != "imageGeneration")
    return files_among(member(member(item, "result"), "content"));
  const auto made = text_in(item, "result");
  return made.empty() ? json::array() : json::array({made_file(made, "image/png")});
}

bool failed(const json& item) {
  const auto status = text_in(item, "status");
  return status == "failed" || status == "declined";
}

std::string_view change_of(const json& change) {
  const auto kind = text_in(member(change, "kind"), "type");
  return kind == "add" ? "create" : kind == "delete" ? "delete" : "update";
}

json marked(json data, const json& item, bool subagent) {
  data["tool_use_id"] = text_in(item, "id");
  if (subagent)
    data["subagent"] = true;
  return data;
}

void tell_changes(const json& item, step& out) {
  for (const auto& change : member(item, "changes")) {
    json data{{"path", text_in(change, "path")}, {"change", change_of(change)}};
    if (const auto to = text_in(member(change, "kind"), "move_path"); !to.empty())
      data["moved_to"] = to;
    tell(out, event_type::file_changed, data);
  }
}

void command_finished(const json& item, bool subagent, step& out) {
  auto data = marked(
    {{"command", shown_command(text_in(item, "command"))},
     {"output", text_in(item, "aggregatedOutput")},
     {"is_error", failed(item)}},
    item,
    subagent);
  if (const auto code = number_in(item, "exitCode"))
    data["exit_code"] = *code;
  if (text_in(item, "status") == "declined")
    data["declined"] = true;
  tell(out, event_type::command_finished, data);
}

void call_finished(const json& item, bool subagent, step& out) {
  const auto type = text_in(item, "type");
  if (type == "commandExecution")
    return command_finished(item, subagent, out);
  if (type == "fileChange" && !failed(item))
    tell_changes(item, out);
  tell(
    out,
    event_type::tool_finished,
    marked(
      {{"tool", tool_of(item)},
       {"output", output_of(item)},
       {"is_error", failed(item)}},
      item,
      subagent));
  tell_files(marked(json::object(), item, subagent), files_of(item), out);
}

} // namespace

std::string mcp_tool(std::string_view server, std::string_view tool) {
  return std::string("mcp__").append(server).append("__").append(tool);
}

void items::started(const json& item, bool subagent, step& out) {
  if (is_one_of(text_in(item, "type"), call_types))
    call_started(item, subagent, out);
}

void items::call_started(const json& item, bool subagent, step& out) {
  constexpr std::size_t open_max = 1024;
  close(text_in(item, "id"));
  if (calls_.size() == open_max)
    calls_.erase(calls_.begin());
  calls_.push_back({item, subagent, ++started_});
  if (text_in(item, "type") == "commandExecution")
    return tell(
      out,
      event_type::command_started,
      marked({{"command", shown_command(text_in(item, "command"))}}, item, subagent));
  tell(
    out,
    event_type::tool_started,
    marked({{"tool", tool_of(item)}, {"input", input_of(item)}}, item, subagent));
}

void items::completed(const json& item, bool subagent, step& out) {
  const auto type = text_in(item, "type");
  if (is_one_of(type, call_types)) {
    close(text_in(item, "id"));
    return call_finished(item, subagent, out);
  }
  if (type == "agentMessage" || type == "plan")
    return message(item, subagent, out);
  if (type == "reasoning") {
    auto thought = join(member(item, "summary"));
    if (thought.empty())
      thought = join(member(item, "content"));
    if (!thought.empty())
      tell(out, event_type::reasoning, {{"text", thought}});
    return;
  }
  if (!is_one_of(type, silent))
    unknown(type, out);
}

void items::message(const json& item, bool subagent, step& out) {
  const auto words = text_in(item, "text");
  json data{{"text", words}, {"message_id", text_in(item, "id")}};
  if (subagent)
    data["subagent"] = true;
  else
    last_text_ = words;
  tell(out, event_type::agent_message, data);
}

void items::unknown(std::string_view type, step& out) {
  constexpr std::size_t warned_max = 16;
  if (unknown_.size() == warned_max || is_one_of(type, unknown_))
    return;
  unknown_.emplace_back(type);
  warn(out, "unknown_message", {{"type", "item"}, {"item", type}});
}

void items::patched(const json& params) {
  for (auto& each : calls_)
    if (text_in(each.item, "id") == text_in(params, "itemId"))
      each.item["changes"] = member(params, "changes");
}

void items::close(std::string_view id) {
  std::erase_if(calls_, [&](const call& c) { return text_in(c.item, "id") == id; });
}

void items::turn_over() {
  std::erase_if(calls_, [](const call& c) { return !c.subagent; });
  last_text_.clear();
}

const json& items::open(std::string_view id) const {
  static const json none;
  const auto found = std::ranges::find_if(
    calls_, [&](const call& c) { return text_in(c.item, "id") == id; });
  return found == calls_.end() ? none : found->item;
}

} // namespace troupe::agents::codex
