#include "tests/tidy/tree.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <regex>

namespace troupe::tidy {
namespace {

/// `word` is the cheap look before the pattern, and names the law.
struct ban {
  std::string word;
  std::string pattern;
  const char* instead;
  std::function<bool(const source_file&)> here = [](const source_file&) {
    return true;
  };
};

/// The pace of a worker that tests start is its work.
bool tests_something(const source_file& file) {
  return file.room == "tests" && file.path != "tests/e2e/agent.cpp";
}

bool outside_tests(const source_file& file) {
  return file.room != "tests";
}

/// Rooms that speak to nobody but through what they return.
bool silent(const source_file& file) {
  return outside_tests(file) && file.room != "cli" && file.room != "examples" &&
         file.room != "bench" && !file.path.ends_with("/main.cpp");
}

/// A call of a free function: not a member, not a declaration.
std::string call_of(const std::string& name) {
  return "(^|[;{}=(,!&|]|return)\\s*(std::|::)?" + name + "\\(";
}

/// Put together from parts where the file would break its own law.
const std::vector<ban> bans{
  {"sleep",
   "(sleep_for|sleep_until|(^|[^\\w])u?sleep\\()",
   "wait for an event with a deadline",
   tests_something},
  {"std::c", "std::c(out|err)\\b", "print in cli/console.hpp, or return the text"},
  {"printf(",
   "(^|[^\\w])(f|d|v)?printf\\(",
   "return the text; only cli/ prints",
   silent},
  {"catch (", "catch \\(\\.\\.\\.\\)", "let it end the process, or catch by type"},
  {"system(", call_of("system") + "[^,()]*(\\(\\))?\\)", "give an argument vector"},
  {"popen(", call_of("popen"), "give an argument vector"},
  {"infinite", "caf::infinite", "every request has a finite deadline", outside_tests},
  {".await(", "\\.await\\(", "use .then: an awaiting actor is deaf"},
  {"delayed_send(", "delayed_send\\(", "time comes as a message from the io room"},
  {"aout", "\\baout\\b", "log through actors/log.hpp"},
  {"/wo"
   "rk/",
   ".",
   "name no directory of one machine"},
  {"/ro"
   "ot/",
   ".",
   "name no directory of one machine"},
  {"/ho"
   "me/",
   ".",
   "name no directory of one machine",
   outside_tests},
};

faults broken(const ban& rule, const source_file& file) {
  faults found;
  const std::regex pattern(rule.pattern);
  for (std::size_t i = 0; i < file.lines.size(); ++i) {
    const auto& line = file.lines[i];
    if (
      line.find(rule.word) != std::string::npos &&
      std::regex_search(code_of(line), pattern))
      found.push_back(at(file, i + 1, rule.word + ": " + rule.instead));
  }
  return found;
}

TEST(Code, CallsNothingThatIsBanned) {
  faults found;
  for (const auto& file : sources())
    for (const auto& rule : bans)
      if (file.path != "tests/tidy/calls_test.cpp" && rule.here(file))
        for (auto& fault : broken(rule, file))
          found.push_back(std::move(fault));

  EXPECT_EQ(listed(found), "");
}

TEST(Code, LeavesNothingToDoInComments) {
  faults found;
  const std::regex unfinished("//.*\\b(TO"
                              "DO|FIX"
                              "ME|XXX)\\b");
  for (const auto& file : sources())
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      if (std::regex_search(file.lines[i], unfinished))
        found.push_back(at(file, i + 1, "do it, or write an issue"));

  EXPECT_EQ(listed(found), "");
}

TEST(Papers, NameNoMachine) {
  faults found;
  const std::regex path("(/wo"
                        "rk/[a-z]|/ro"
                        "ot/|/ho"
                        "me/[a-z])");
  for (const auto* name :
       {"README.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "CMakeLists.txt",
        "CMakePresets.json",
        "docs/architecture.md",
        "docs/cli.md",
        "docs/mcp.md",
        "docs/storage.md",
        "docs/supervision.md",
        "docs/process-protocol.md",
        "scripts/test",
        "scripts/demo",
        "scripts/install-deps",
        ".ci/run"}) {
    const auto text = text_of(name);
    EXPECT_NE(text, "") << name;
    if (std::smatch m; std::regex_search(text, m, path))
      found.push_back(std::string(name) + ": " + m.str());
  }

  EXPECT_EQ(listed(found), "");
}

} // namespace
} // namespace troupe::tidy
