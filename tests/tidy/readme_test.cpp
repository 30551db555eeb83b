#include "tests/tidy/tree.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <regex>
#include <sstream>

namespace troupe::tidy {
namespace {

const std::string opening = "<!-- tools: generated -->\n";
const std::string closing = "<!-- end -->";

/// The name and first sentence of every tool in docs/tools.md, which a test of mcp/
/// keeps equal to the program.
std::string short_tool_table() {
  std::istringstream reference(text_of("docs/tools.md"));
  std::string table = "| tool | what it does |\n|---|---|\n";
  std::string name;
  for (std::string line; std::getline(reference, line);) {
    if (line.starts_with("## ")) {
      name = line.substr(3);
    } else if (!name.empty() && !line.empty()) {
      const auto sentence = line.substr(0, line.find(". ") + 1);
      table += "| [`" + name + "`](docs/tools.md#" + name + ") | " + sentence + " |\n";
      name.clear();
    }
  }
  return table;
}

TEST(Readme, ListsTheToolsThereAre) {
  auto readme = text_of("README.md");
  const auto from = readme.find(opening);
  const auto to = readme.find(closing, from);
  ASSERT_NE(from, std::string::npos);
  ASSERT_NE(to, std::string::npos);
  const auto start = from + opening.size();
  const auto shown = readme.substr(start, to - start);
  const auto wanted = short_tool_table();
  if (std::getenv("UPDATE_GOLDEN") != nullptr) {
    readme.replace(start, to - start, wanted);
    std::ofstream(TROUPE_SOURCE_DIR "/README.md") << readme;
  }

  EXPECT_EQ(shown, wanted) << "UPDATE_GOLDEN=1 rewrites it";
}

TEST(Readme, LinksToWhatExists) {
  const auto readme = text_of("README.md");
  const std::regex link(R"(\]\(([^)#:]+)(#[^)]*)?\))");
  std::string missing;
  for (std::sregex_iterator it(readme.begin(), readme.end(), link), end; it != end;
       ++it)
    if (!std::ifstream(TROUPE_SOURCE_DIR "/" + (*it)[1].str()))
      missing += (*it)[1].str() + "\n";

  EXPECT_EQ(missing, "");
}

} // namespace
} // namespace troupe::tidy
