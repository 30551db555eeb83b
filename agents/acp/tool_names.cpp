#include "agents/acp/tool_calls.hpp"

#include <algorithm>
#include <array>

/// What a tool call is called, and what its permissions are judged by.
namespace troupe::agents::acp {

namespace {

struct named_kind {
  std::string_view kind;
  std::string_view tool;
};

constexpr auto kinds = std::to_array<named_kind>({
  {"delete", "Delete"},
  {"edit", "Edit"},
  {"execute", "Bash"},
  {"fetch", "Fetch"},
  {"move", "Move"},
  {"read", "Read"},
  {"search", "Search"},
  {"switch_mode", "SwitchMode"},
  {"think", "Think"},
});

constexpr auto path_members = std::to_array<std::string_view>(
  {"file_path", "filePath", "notebook_path", "abs_path", "path"});

/// A shell's argument vector is its script; any other is joined by spaces.
std::string command_in(const json& input) {
  const auto& command = member(input, "command");
  if (command.is_string())
    return command.get<std::string>();
  if (!command.is_array())
    return {};
  std::vector<std::string> words;
  for (const auto& word : command)
    if (word.is_string())
      words.push_back(word.get<std::string>());
  if (words.size() == 3 && (words[1] == "-c" || words[1] == "-lc"))
    return words[2];
  std::string joined;
  for (const auto& word : words)
    joined.append(joined.empty() ? "" : " ").append(word);
  return joined;
}

tool_subject titled(const tool_call& call) {
  return {.words = {call.title}, .exact = false};
}

tool_subject paths_of(const tool_call& call) {
  tool_subject subject;
  for (const auto name : path_members)
    if (const auto path = text_in(call.input, name); !path.empty())
      subject.words.emplace_back(path);
  for (const auto& [path, what] : call.changes)
    subject.words.push_back(path);
  for (const auto& path : call.places)
    subject.words.push_back(path);
  return subject;
}

bool is_about_files(std::string_view kind) {
  return kind == "edit" || kind == "read" || kind == "delete" || kind == "move";
}

} // namespace

std::string_view tool_of_kind(std::string_view kind) {
  const auto found = std::ranges::find(kinds, kind, &named_kind::kind);
  return found == kinds.end() ? std::string_view() : found->tool;
}

std::string tool_of(const tool_call& call) {
  constexpr std::size_t name_max = 80;
  if (!call.name.empty())
    return one_line(call.name, name_max);
  const auto server = text_in(call.input, "server");
  const auto tool = text_in(call.input, "tool");
  if (!server.empty() && !tool.empty())
    return one_line("mcp__" + std::string(server) + "__" + std::string(tool), name_max);
  if (const auto by_kind = tool_of_kind(call.kind); !by_kind.empty())
    return std::string(by_kind);
  return one_line(call.title.empty() ? "tool" : call.title, name_max);
}

tool_subject subject_of(const tool_call& call) {
  if (tool_of(call) == "Bash") {
    auto command = command_in(call.input);
    return command.empty() ? titled(call) : tool_subject{{std::move(command)}};
  }
  if (is_about_files(call.kind)) {
    auto paths = paths_of(call);
    if (!paths.words.empty())
      return paths;
  }
  if (call.input.is_null() || (call.input.is_object() && call.input.empty()))
    return titled(call);
  return {.words = {print_json(call.input)}};
}

} // namespace troupe::agents::acp
