#include "agents/acp/tool_calls.hpp"

#include "agents/acp/speech.hpp"
#include "agents/made_files.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace troupe::agents::acp {

namespace {

constexpr std::size_t pieces_max = 1024;
constexpr std::size_t text_bytes_max = std::size_t{16} * 1024 * 1024;

bool has_ended(const tool_call& call) {
  return call.status == "completed" || call.status == "failed" ||
         call.status == "cancelled";
}

void set_text(const json& update, std::string_view name, std::string& to) {
  if (const auto text = text_in(update, name); !text.empty())
    to = text;
}

/// Version 1 tells a file and its texts, version 2 a list of changes.
void add_diff(const json& diff, tool_call& call) {
  const auto add = [&](std::string_view path, std::string_view what) {
    if (!path.empty() && call.changes.size() < pieces_max)
      call.changes.emplace_back(path, what);
  };
  const bool is_new = text_in(diff, "oldText").empty();
  add(text_in(diff, "path"), is_new ? "create" : "update");
  for (const auto& change : member(diff, "changes")) {
    const auto what = text_in(change, "operation");
    add(
      text_in(change, "path"),
      what == "add"      ? "create"
      : what == "delete" ? "delete"
                         : "update");
  }
}

void add_file(json file, tool_call& call) {
  const auto size = text_in(file, "bytes_base64").size();
  if (call.file_bytes + size > text_bytes_max)
    return;
  call.file_bytes += size;
  call.files.push_back(std::move(file));
}

void add_content(const json& block, tool_call& call) {
  const auto type = text_in(block, "type");
  if (type == "diff")
    return add_diff(block, call);
  if (type != "content" || call.text.size() > text_bytes_max)
    return;
  if (!call.text.empty())
    call.text += '\n';
  const auto& content = member(block, "content");
  call.text += text_of(content);
  for (auto& file : files_among(content))
    add_file(std::move(file), call);
}

void set_places(const json& locations, tool_call& call) {
  call.places.clear();
  for (const auto& each : locations)
    if (const auto path = text_in(each, "path");
        !path.empty() && call.places.size() < pieces_max)
      call.places.emplace_back(path);
}

/// Members that are there replace what was known.
void merge(const json& update, tool_call& call) {
  set_text(update, "title", call.title);
  set_text(update, "kind", call.kind);
  set_text(update, "status", call.status);
  set_text(update, "name", call.name);
  set_text(member(member(update, "_meta"), "claudeCode"), "toolName", call.name);
  if (const auto& input = member(update, "rawInput"); !input.is_null())
    call.input = input;
  if (const auto& output = member(update, "rawOutput"); !output.is_null())
    call.output = output;
  if (const auto& locations = member(update, "locations"); locations.is_array())
    set_places(locations, call);
  if (const auto& content = member(update, "content"); content.is_array()) {
    call.text.clear();
    call.files.clear();
    call.file_bytes = 0;
    if (!content.empty())
      call.changes.clear();
    for (const auto& block : content)
      add_content(block, call);
  }
}

/// What names a call, when it starts and when it ends.
json naming(const tool_call& call, std::string_view tool) {
  json data;
  if (tool == "Bash")
    data["command"] = subject_of(call).words.front();
  else
    data["tool"] = tool;
  data["tool_use_id"] = call.id;
  return data;
}

/// The plain output where there is one: content is made up for a screen.
std::string output_of(const tool_call& call) {
  if (call.output.is_string())
    return call.output.get<std::string>();
  for (const auto* name : {"aggregated_output", "output", "formatted_output"})
    if (const auto text = text_in(call.output, name); !text.empty())
      return std::string(text);
  if (!call.text.empty() || call.output.is_null())
    return call.text;
  return print_json(call.output);
}

/// As claude-agent-acp puts it in words.
std::optional<std::int64_t> exit_code_in(std::string_view output) {
  constexpr std::string_view words = "Exit code ";
  std::int64_t code = 0;
  if (!output.starts_with(words))
    return {};
  output.remove_prefix(words.size());
  const auto read = std::from_chars(output.data(), output.data() + output.size(), code);
  return read.ec == std::errc() ? std::optional(code) : std::nullopt;
}

std::optional<std::int64_t> exit_code_of(const json& output) {
  if (output.is_string())
    return exit_code_in(output.get_ref<const std::string&>());
  if (const auto code = number_in(output, "exit_code"))
    return code;
  return number_in(member(output, "metadata"), "exit");
}

/// Whether it can be told what is being done.
bool is_clear(const tool_call& call) {
  if (!call.status.empty() && call.status != "pending")
    return true;
  if (tool_of(call) == "Bash")
    return subject_of(call).exact;
  return call.input.is_object() && !call.input.empty();
}

} // namespace

void tool_calls::upsert(const json& update, step& out) {
  const auto id = text_in(update, "toolCallId");
  if (id.empty() || std::ranges::find(finished_, id) != finished_.end())
    return;
  auto& call = merged(update);
  if (is_clear(call))
    start(call, out);
  if (!has_ended(call))
    return;
  finish(call, out);
  finished_.push_back(call.id);
  if (finished_.size() > open_max)
    finished_.pop_front();
  std::erase_if(calls_, [&](const tool_call& c) { return c.id == finished_.back(); });
}

void tool_calls::append(const json& chunk) {
  const auto found =
    std::ranges::find(calls_, text_in(chunk, "toolCallId"), &tool_call::id);
  if (found != calls_.end())
    add_content(member(chunk, "content"), *found);
}

const tool_call& tool_calls::asked_about(const json& update, step& out) {
  auto& call = merged(update);
  start(call, out);
  return call;
}

void tool_calls::wrote(std::string path) {
  if (written_.size() < pieces_max)
    written_.push_back(std::move(path));
}

void tool_calls::turn_over() {
  calls_.clear();
  written_.clear();
}

tool_call& tool_calls::merged(const json& update) {
  const auto id = text_in(update, "toolCallId");
  auto found = std::ranges::find(calls_, id, &tool_call::id);
  if (found == calls_.end()) {
    if (calls_.size() == open_max)
      calls_.erase(calls_.begin());
    tool_call call;
    call.id = id;
    call.number = ++begun_;
    calls_.push_back(std::move(call));
    found = calls_.end() - 1;
  }
  merge(update, *found);
  return *found;
}

void tool_calls::start(tool_call& call, step& out) const {
  if (std::exchange(call.told, true))
    return;
  const auto tool = tool_of(call);
  auto data = naming(call, tool);
  if (tool == "Bash") {
    if (const auto why = text_in(call.input, "description"); !why.empty())
      data["description"] = why;
    return tell(out, event_type::command_started, data);
  }
  if (!call.input.is_null())
    data["input"] = call.input;
  if (!call.title.empty())
    data["title"] = call.title;
  if (!call.places.empty())
    data["paths"] = call.places;
  tell(out, event_type::tool_started, data);
}

void tool_calls::finish(const tool_call& call, step& out) {
  const auto tool = tool_of(call);
  auto data = naming(call, tool);
  data["output"] = output_of(call);
  data["is_error"] = call.status != "completed";
  if (const auto code = exit_code_of(call.output))
    data["exit_code"] = *code;
  if (call.status == "completed")
    for (const auto& [path, what] : call.changes)
      if (std::erase(written_, path) == 0)
        tell(out, event_type::file_changed, {{"path", path}, {"change", what}});
  tell(
    out,
    tool == "Bash" ? event_type::command_finished : event_type::tool_finished,
    data);
  tell_files({{"tool_use_id", call.id}}, call.files, out);
}

} // namespace troupe::agents::acp
