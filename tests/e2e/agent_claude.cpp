#include "tests/e2e/agent_claude.hpp"

#include "protocol/json.hpp"
#include "tests/e2e/agent_words.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iostream>
#include <sstream>

namespace troupe::e2e {

namespace {

void tell(const json& message) {
  print(print_json(message) + '\n');
}

/// A usage limit that ends so many seconds from now, unless there is the file; makes
/// it.
bool meets_limit(std::string_view told, const std::string& session) {
  constexpr std::string_view word = "LIMITED ";
  const auto at = told.find(word);
  if (at == told.npos)
    return false;
  std::istringstream words(std::string(told.substr(at + word.size())));
  long seconds = 0;
  std::string file;
  words >> seconds >> file;
  file.resize(std::min(file.find('"'), file.size()));
  if (access(file.c_str(), F_OK) == 0)
    return false;
  std::fclose(std::fopen(file.c_str(), "w"));
  tell(
    {{"type", "result"},
     {"subtype", "success"},
     {"is_error", true},
     {"result",
      "Claude AI usage limit reached|" + std::to_string(std::time(nullptr) + seconds)},
     {"session_id", session}});
  return true;
}

/// What the turn comes to; where it needs leave, once that is given or not.
std::string built(std::string_view told) {
  if (told.find("build it") == told.npos)
    return "done";
  tell(
    {{"type", "control_request"},
     {"request_id", "p1"},
     {"request",
      {{"subtype", "can_use_tool"},
       {"tool_name", "Bash"},
       {"input", {{"command", "make"}}}}}});
  std::string line;
  while (std::getline(std::cin, line) && line.find("\"p1\"") == line.npos)
    continue;
  return line.find("\"allow\"") == line.npos ? "not built" : "built";
}

} // namespace

int claude(const std::vector<std::string>& args) {
  std::string session;
  for (std::size_t i = 0; i + 1 < args.size(); ++i)
    if (args[i] == "--session-id" || args[i] == "--resume")
      session = args[i + 1];
  for (std::string line; std::getline(std::cin, line);) {
    if (meets_limit(line, session))
      return 1;
    tell(
      {{"type", "system"},
       {"subtype", "init"},
       {"session_id", session},
       {"tools", json::array()},
       {"model", "none"}});
    const auto text = built(line);
    tell(
      {{"type", "assistant"},
       {"session_id", session},
       {"message",
        {{"role", "assistant"},
         {"content", json::array({{{"type", "text"}, {"text", text}}})}}}});
    tell(
      {{"type", "result"},
       {"subtype", "success"},
       {"is_error", false},
       {"num_turns", 1},
       {"result", text},
       {"session_id", session}});
  }
  return 0;
}

} // namespace troupe::e2e
