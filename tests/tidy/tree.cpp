#include "tests/tidy/tree.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace troupe::tidy {

namespace fs = std::filesystem;

namespace {

const fs::path root = TROUPE_SOURCE_DIR;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  return lines;
}

} // namespace

std::vector<source_file> files_in_rooms(const std::vector<std::string>& endings) {
  std::vector<source_file> found;
  for (const auto& room : rooms) {
    if (!fs::is_directory(root / room))
      continue;
    auto it = fs::recursive_directory_iterator(root / room);
    for (const auto& entry : it) {
      if (entry.path().filename() == "node_modules")
        it.disable_recursion_pending();
      const auto path = fs::relative(entry.path(), root).string();
      const bool wanted = std::ranges::any_of(
        endings, [&](const std::string& ending) { return path.ends_with(ending); });
      if (wanted && entry.is_regular_file())
        found.push_back({path, room, lines_of(text_of(path))});
    }
  }
  std::ranges::sort(found, {}, &source_file::path);
  return found;
}

const std::vector<source_file>& sources() {
  static const auto all = files_in_rooms({".hpp", ".cpp"});
  return all;
}

std::string text_of(const std::string& path) {
  std::ifstream in(root / path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string code_of(const std::string& line) {
  const auto first = line.find_first_not_of(' ');
  if (first != std::string::npos && line.compare(first, 2, "//") == 0)
    return "";
  return line.substr(0, line.find(" //"));
}

std::string
at(const source_file& file, std::size_t line_number, const std::string& why) {
  return file.path + ":" + std::to_string(line_number) + ": " + why;
}

std::string listed(const faults& found) {
  std::string text;
  for (const auto& fault : found)
    text += fault + "\n";
  return text;
}

} // namespace troupe::tidy
