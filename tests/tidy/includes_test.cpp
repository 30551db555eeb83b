#include "tests/tidy/tree.hpp"

#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

namespace troupe::tidy {
namespace {

using words = std::set<std::string>;

/// Who may include whom; a room may always include itself. CONTRIBUTING.md draws it.
/// A single header stands for a door into a room that is closed otherwise.
const std::map<std::string, words> arrows{
  {"protocol", {}},
  {"supervision", {"protocol"}},
  {"agents", {"protocol"}},
  {"a2a", {"protocol"}},
  {"keeper", {"protocol"}},
  {"io", {"keeper", "protocol"}},
  {"store", {"protocol"}},
  {"worktrees", {"protocol"}},
  {"actors",
   {"supervision",
    "agents",
    "io",
    "store",
    "worktrees",
    "keeper/verbs.hpp",
    "protocol"}},
  {"mcp", {"protocol"}},
  {"gateway", {"mcp", "actors", "supervision/restart.hpp", "protocol"}},
  {"host",
   {"gateway",
    "mcp",
    "actors",
    "supervision",
    "agents",
    "io",
    "store",
    "keeper",
    "protocol"}},
  {"cli", {"keeper", "protocol"}},
  {"examples", {"protocol"}},
};

/// Which rooms, or single files, may include what is not ours.
const std::map<std::string, words> guests{
  {"caf", {"actors", "gateway", "host", "bench", "tests"}},
  {"nlohmann", {"protocol/json_value.hpp"}},
  {"boost", {"io", "a2a", "bench", "tests"}},
  {"spdlog", {"actors", "gateway", "host", "bench", "tests"}},
  {"openssl", {"mcp/seal.cpp", "a2a", "host", "tests"}},
  {"yaml-cpp", {"store"}},
  {"CLI", {"cli/arguments.cpp", "bench"}},
  {"git2.h", {"worktrees/repository.hpp"}},
  {"valijson", {"agents/answer_schema.cpp"}},
};

/// Rooms whose functions take and give JSON values. The others may print or look into
/// one, but their headers speak of decoded structs only.
const words json_rooms{
  "protocol",
  "agents",
  "a2a",
  "store",
  "mcp",
  "gateway",
  "cli",
  "examples",
  "bench",
  "tests"};

bool holds(const words& allowed, const std::string& path) {
  return allowed.contains(path) || allowed.contains(path.substr(0, path.find('/')));
}

template <class Law>
faults broken_includes(const char* pattern, Law law) {
  faults found;
  const std::regex include(pattern);
  for (const auto& file : sources())
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      if (std::smatch m; std::regex_search(file.lines[i], m, include))
        if (const std::string why = law(file, m[1].str()); !why.empty())
          found.push_back(at(file, i + 1, why));
  return found;
}

TEST(Includes, FollowTheArrowsBetweenTheRooms) {
  const auto law = [](const source_file& file, const std::string& path) {
    const auto room = path.substr(0, path.find('/'));
    if (room == "tests" && file.room != "tests")
      return std::string("nothing but tests includes tests/");
    const auto allowed = arrows.find(file.room);
    if (allowed == arrows.end() || room == file.room || holds(allowed->second, path))
      return std::string();
    return file.room + "/ may not include " + path;
  };

  EXPECT_EQ(listed(broken_includes(R"re(^#include "([^"]+)")re", law)), "");
}

TEST(Includes, KeepLibrariesInTheirRooms) {
  const auto law = [](const source_file& file, const std::string& path) {
    if (path == "caf/all.hpp")
      return std::string("include what is used, not all of CAF");
    const auto allowed = guests.find(path.substr(0, path.find('/')));
    if (allowed == guests.end() || holds(allowed->second, file.path))
      return std::string();
    return "<" + path + "> may not be included here";
  };

  EXPECT_EQ(listed(broken_includes(R"re(^#include <([^>]+)>)re", law)), "");
}

TEST(Headers, OfRoomsThatDecideAndDoSpeakOfNoJson) {
  faults found;
  const std::regex json_value(R"((^|[^\w./"])json(&|::|\(|\{| \w+[ ;=({,)]))");
  for (const auto& file : sources())
    for (std::size_t i = 0; i < file.lines.size(); ++i)
      if (
        file.is_header() && !json_rooms.contains(file.room) &&
        std::regex_search(code_of(file.lines[i]), json_value))
        found.push_back(at(file, i + 1, "a decoded struct belongs here, not JSON"));

  EXPECT_EQ(listed(found), "");
}

TEST(Includes, StartWithTheOwnHeader) {
  faults found;
  for (const auto& file : sources()) {
    if (file.is_header() || file.room == "tests")
      continue;
    const auto own = file.path.substr(0, file.path.size() - 3) + "hpp";
    const auto includes_own = "#include \"" + own + "\"";
    const auto all = text_of(file.path);
    const auto first = all.find("#include \"");
    if (all.find(includes_own) != std::string::npos && all.find(includes_own) != first)
      found.push_back(at(file, 1, "includes " + own + ", but not first"));
  }

  EXPECT_EQ(listed(found), "");
}

TEST(Headers, OpenWithPragmaOnce) {
  faults found;
  for (const auto& file : sources())
    if (file.is_header() && (file.lines.empty() || file.lines[0] != "#pragma once"))
      found.push_back(at(file, 1, "a header opens with #pragma once"));

  EXPECT_EQ(listed(found), "");
}

} // namespace
} // namespace troupe::tidy
