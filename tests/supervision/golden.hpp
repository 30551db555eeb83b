#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace troupe::test {

/// The part of a document in docs/ that is generated: what lies between two lines.
/// UPDATE_GOLDEN=1 in the environment rewrites it instead of comparing.
class golden_part {
public:
  golden_part(std::string_view file, std::string_view begin, std::string_view end)
    : path_(std::filesystem::path(TROUPE_SOURCE_DIR) / "docs" / file),
      begin_(std::string(begin) + "\n"), end_(std::string(end) + "\n") {}

  /// What the document says; after an update, what was just written.
  [[nodiscard]] std::string read_or_update(const std::string& wanted) const {
    auto text = whole();
    auto from = text.find(begin_);
    if (from == std::string::npos)
      return "no line " + begin_;
    from += begin_.size();
    const auto length = text.find(end_, from) - from;
    if (!std::getenv("UPDATE_GOLDEN"))
      return text.substr(from, length);
    std::ofstream(path_, std::ios::binary) << text.replace(from, length, wanted);
    return wanted;
  }

private:
  [[nodiscard]] std::string whole() const {
    std::stringstream text;
    text << std::ifstream(path_, std::ios::binary).rdbuf();
    return text.str();
  }

  std::filesystem::path path_;
  std::string begin_;
  std::string end_;
};

} // namespace troupe::test
