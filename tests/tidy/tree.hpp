#pragma once

#include <string>
#include <vector>

/// The tree as its laws see it. Each law collects what breaks it as `file:line: why`.
namespace troupe::tidy {

struct source_file {
  std::string path; ///< From the root of the tree.
  std::string room; ///< Its first directory.
  std::vector<std::string> lines;

  [[nodiscard]] bool is_header() const { return path.ends_with(".hpp"); }
};

using faults = std::vector<std::string>;

inline const std::vector<std::string> rooms{
  "protocol",
  "supervision",
  "agents",
  "a2a",
  "keeper",
  "io",
  "store",
  "worktrees",
  "actors",
  "mcp",
  "gateway",
  "host",
  "examples",
  "bench",
  "tests",
  "cli"};

/// Every file of the rooms with one of these endings, sorted; read once.
[[nodiscard]] std::vector<source_file>
files_in_rooms(const std::vector<std::string>& endings);

/// All C++ of the tree.
[[nodiscard]] const std::vector<source_file>& sources();

/// A text file of the tree, in whole.
[[nodiscard]] std::string text_of(const std::string& path);

/// A line without its comment, for laws about code.
[[nodiscard]] std::string code_of(const std::string& line);

[[nodiscard]] std::string
at(const source_file& file, std::size_t line_number, const std::string& why);

/// One fault a line, for a test to show.
[[nodiscard]] std::string listed(const faults& found);

} // namespace troupe::tidy
