#include "tests/tidy/tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <regex>

namespace troupe::tidy {
namespace {

constexpr std::size_t header_lines_max = 200;
constexpr std::size_t source_lines_max = 400;
constexpr std::size_t line_bytes_max = 100;

/// Pages that are longer because they are one page.
const std::map<std::string, std::size_t> long_pages{
  {"protocol/codec.hpp", 300},  // Every codec beside the others: none drifts.
  {"actors/messages.hpp", 300}, // CAF wants its type ids in one block.
};

std::size_t lines_allowed(const source_file& file) {
  if (const auto page = long_pages.find(file.path); page != long_pages.end())
    return page->second;
  const bool short_one = file.is_header() && file.room != "tests";
  return short_one ? header_lines_max : source_lines_max;
}

TEST(Files, AreShort) {
  faults found;
  for (const auto& file : sources())
    if (const auto allowed = lines_allowed(file); file.lines.size() > allowed)
      found.push_back(at(
        file,
        file.lines.size(),
        "more than " + std::to_string(allowed) +
          " lines; "
          "which noun is missing?"));

  EXPECT_EQ(listed(found), "");
}

TEST(Files, HaveShortLines) {
  faults found;
  for (const auto& file : sources())
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const auto& line = file.lines[i];
      const bool quotes_text = line.find("R\"") != std::string::npos;
      if (line.size() > line_bytes_max && !quotes_text)
        found.push_back(at(file, i + 1, "a line of more than 100 bytes"));
    }

  EXPECT_EQ(listed(found), "");
}

TEST(Files, AreNamedForWhatTheyHold) {
  faults found;
  const std::regex empty_word(
    "(^|[_/])(manager|helper|helpers|util|utils|common|misc|base|impl)([_./]|$)");
  for (const auto& file : sources())
    if (std::regex_search(file.path, empty_word))
      found.push_back(at(file, 1, "its name says nothing"));

  EXPECT_EQ(listed(found), "");
}

TEST(Files, AreBuilt) {
  faults found;
  for (const auto& file : sources()) {
    if (file.is_header())
      continue;
    std::filesystem::path list = std::filesystem::path(file.path).parent_path();
    while (list.has_parent_path() &&
           text_of((list / "CMakeLists.txt").string()).empty())
      list = list.parent_path();
    const auto text = text_of((list / "CMakeLists.txt").string());
    const auto name =
      std::filesystem::path(file.path).lexically_relative(list).string();
    const auto stem = name.substr(0, name.size() - 4);
    const std::regex named("[ (/\n](" + name + "[ )\n]|" + stem + " )");
    const bool is_found = text.find("CONFIGURE_DEPENDS *.cpp */*.cpp)") != text.npos &&
                          std::ranges::count(name, '/') < 2;
    if (!is_found && !std::regex_search(text, named))
      found.push_back(at(file, 1, "no CMakeLists.txt names it"));
  }

  EXPECT_EQ(listed(found), "");
}

} // namespace
} // namespace troupe::tidy
