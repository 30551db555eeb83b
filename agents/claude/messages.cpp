#include "agents/claude/messages.hpp"

#include "agents/made_files.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace troupe::agents::claude {

namespace {

constexpr auto writers =
  std::to_array<std::string_view>({"Edit", "MultiEdit", "NotebookEdit", "Write"});
constexpr auto todo_tools =
  std::to_array<std::string_view>({"TaskCreate", "TaskUpdate", "TodoWrite"});
constexpr auto path_members =
  std::to_array<std::string_view>({"file_path", "notebook_path", "path"});
constexpr auto silent_blocks =
  std::to_array<std::string_view>({"document", "image", "redacted_thinking"});

bool is_one_of(std::string_view word, const auto& words) {
  return std::ranges::find(words, word) != words.end();
}

std::string_view path_in(const json& input) {
  for (const auto name : path_members)
    if (const auto path = text_in(input, name); !path.empty())
      return path;
  return {};
}

bool is_subagent(const json& line) {
  return !text_in(line, "parent_tool_use_id").empty();
}

void mark_subagent(const json& line, json& data) {
  if (!is_subagent(line))
    return;
  data["subagent"] = true;
  data["parent_tool_use_id"] = text_in(line, "parent_tool_use_id");
}

/// The text of a tool's answer, which is a string or a list of blocks.
std::string output_text(const json& content) {
  if (content.is_string())
    return content.get<std::string>();
  std::string text;
  for (const auto& block : content) {
    if (!text.empty())
      text += '\n';
    if (text_in(block, "type") == "text")
      text += text_in(block, "text");
    else
      text.append("[").append(text_in(block, "type")).append("]");
  }
  return text;
}

/// The images in a tool's answer.
json files_of(const json& content) {
  json parts = json::array();
  if (!content.is_array())
    return parts;
  for (const auto& block : content) {
    const auto& source = member(block, "source");
    if (const auto data = text_in(source, "data"); text_in(source, "type") == "base64")
      parts.push_back(made_file(data, text_in(source, "media_type")));
  }
  return parts;
}

std::optional<int> exit_code_in(std::string_view output) {
  constexpr std::string_view words = "Exit code ";
  int code = 0;
  if (!output.starts_with(words))
    return {};
  output.remove_prefix(words.size());
  const auto read = std::from_chars(output.data(), output.data() + output.size(), code);
  return read.ec == std::errc() ? std::optional(code) : std::nullopt;
}

json todos_of(std::string_view tool, const json& input) {
  if (tool == "TodoWrite")
    return {{"todos", member(input, "todos")}};
  return {{"todos", json::array({input})}, {"partial", true}};
}

json call_data(const json& line, std::string_view tool, const json& content) {
  const auto& input = member(content, "input");
  json data;
  if (tool == "Bash") {
    data["command"] = text_in(input, "command");
    data["tool_use_id"] = text_in(content, "id");
    if (const auto why = text_in(input, "description"); !why.empty())
      data["description"] = why;
  } else {
    data["tool"] = tool;
    data["tool_use_id"] = text_in(content, "id");
    data["input"] = input;
  }
  mark_subagent(line, data);
  return data;
}

} // namespace

std::string subject_of(std::string_view tool, const json& input) {
  if (tool == "Bash")
    return std::string(text_in(input, "command"));
  const auto path = path_in(input);
  return path.empty() ? print_json(input) : std::string(path);
}

void messages::assistant(const json& line, step& out) {
  const auto& content = member(member(line, "message"), "content");
  if (!content.is_array())
    return;
  for (const auto& each : content)
    block(line, each, out);
}

void messages::block(const json& line, const json& content, step& out) {
  constexpr std::size_t warned_max = 16;
  const auto type = text_in(content, "type");
  if (type == "text")
    return text(line, content, out);
  if (type == "thinking") {
    if (const auto thought = text_in(content, "thinking"); !thought.empty())
      tell(out, event_type::reasoning, {{"text", thought}});
    return;
  }
  if (type.ends_with("tool_use"))
    return call_started(line, content, out);
  if (type.ends_with("tool_result"))
    return call_finished(line, content, out);
  if (is_one_of(type, silent_blocks) || is_one_of(type, unknown_blocks_))
    return;
  if (unknown_blocks_.size() == warned_max)
    return;
  unknown_blocks_.emplace_back(type);
  warn(out, "unknown_message", {{"type", "assistant"}, {"block", type}});
}

void messages::text(const json& line, const json& content, step& out) {
  const auto& message = member(line, "message");
  const auto words = text_in(content, "text");
  if (flag_in(line, "is_api_error_message")) {
    json data{{"message", words}, {"error", member(line, "error")}};
    if (const auto status = number_in(line, "api_error_status"))
      data["status"] = *status;
    return warn(out, "api_error", data);
  }
  if (!is_subagent(line))
    last_text_ = words;
  json data{{"text", words}, {"message_id", text_in(message, "id")}};
  if (const auto model = text_in(message, "model"); !model.empty())
    data["model"] = model;
  if (flag_in(line, "aborted"))
    data["aborted"] = true;
  mark_subagent(line, data);
  tell(out, event_type::agent_message, data);
}

void messages::call_started(const json& line, const json& content, step& out) {
  constexpr std::size_t open_max = 1024;
  const auto tool = text_in(content, "name");
  if (calls_.size() == open_max)
    calls_.erase(calls_.begin());
  calls_.push_back(
    {std::string(text_in(content, "id")),
     std::string(tool),
     member(content, "input"),
     is_subagent(line),
     ++started_});
  if (is_one_of(tool, todo_tools))
    return tell(
      out, event_type::todo_updated, todos_of(tool, member(content, "input")));
  tell(
    out,
    tool == "Bash" ? event_type::command_started : event_type::tool_started,
    call_data(line, tool, content));
}

void messages::user(const json& line, step& out) {
  const auto& content = member(member(line, "message"), "content");
  if (!content.is_array())
    return;
  for (const auto& each : content)
    if (text_in(each, "type").ends_with("tool_result"))
      call_finished(line, each, out);
}

void messages::call_finished(const json& line, const json& content, step& out) {
  const auto id = text_in(content, "tool_use_id");
  call done{.id = std::string(id)};
  if (const auto open = std::ranges::find(calls_, id, &call::id);
      open != calls_.end()) {
    done = std::move(*open);
    calls_.erase(open);
  }
  const bool failed = flag_in(content, "is_error");
  if (is_one_of(done.tool, todo_tools) && !failed)
    return;
  const auto output = output_text(member(content, "content"));
  const auto& outcome = member(line, "tool_use_result");
  json data{{"tool_use_id", id}};
  if (done.tool == "Bash")
    data["command"] = text_in(done.input, "command");
  else
    data["tool"] = done.tool;
  data["output"] = output;
  data["is_error"] = failed;
  if (const auto code = exit_code_in(output); code && done.tool == "Bash")
    data["exit_code"] = *code;
  if (!text_in(outcome, "backgroundTaskId").empty())
    data["background"] = true;
  mark_subagent(line, data);
  if (!failed && is_one_of(done.tool, writers))
    tell(
      out,
      event_type::file_changed,
      {{"path", path_in(done.input)},
       {"change", text_in(outcome, "type") == "create" ? "create" : "update"}});
  tell(
    out,
    done.tool == "Bash" ? event_type::command_finished : event_type::tool_finished,
    data);
  tell_files({{"tool_use_id", id}}, files_of(member(content, "content")), out);
}

void messages::turn_over() {
  std::erase_if(calls_, [](const call& c) { return !c.subagent; });
}

const json& messages::input_of(std::string_view tool_use_id) const {
  static const json none;
  const auto open = std::ranges::find(calls_, tool_use_id, &call::id);
  return open == calls_.end() ? none : open->input;
}

} // namespace troupe::agents::claude
