#pragma once

#include "protocol/json.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace troupe::test {

/// A conversation in a file, one thing a line: `> …` the client says, `< …` the server
/// answers, `! …` happens meanwhile, `# …` prose. In answers "*" is anything, and
/// "$name" is anything at first and the same ever after, also where the client says it.
/// A member "..." means that there may be others; an object where a text came is held
/// against the text as JSON.
struct transcript_line {
  enum class kind { said, answered, happened } what;
  std::string text;
  int number;
};

inline std::vector<transcript_line> read_transcript(const std::string& path) {
  std::ifstream in(path);
  std::vector<transcript_line> lines;
  std::string text;
  for (int number = 1; std::getline(in, text); ++number)
    if (text.starts_with("> "))
      lines.push_back({transcript_line::kind::said, text.substr(2), number});
    else if (text.starts_with("< "))
      lines.push_back({transcript_line::kind::answered, text.substr(2), number});
    else if (text.starts_with("! "))
      lines.push_back({transcript_line::kind::happened, text.substr(2), number});
  return lines;
}

/// The conversations of tests/transcripts/<folder>, in order.
inline std::vector<std::string> transcript_files(const std::string& folder) {
  std::vector<std::string> paths;
  const auto all = std::string(TROUPE_SOURCE_DIR) + "/tests/transcripts/" + folder;
  for (const auto& entry : std::filesystem::directory_iterator(all))
    if (entry.path().extension() == ".jsonl")
      paths.push_back(entry.path().string());
  std::ranges::sort(paths);
  return paths;
}

/// The name of a test that is made of one.
inline std::string transcript_name(const std::string& path) {
  auto name = std::filesystem::path(path).stem().string();
  std::ranges::replace_if(
    name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

/// Compares answers with their patterns and remembers the names they bind.
class transcript_names {
public:
  static constexpr const char* others = "...";

  /// Where and how the answer differs; empty if it does not.
  std::string difference(const json& wanted, const json& got) {
    if (wanted == "*")
      return {};
    if (wanted.is_string() && wanted.get_ref<const std::string&>().starts_with('$')) {
      const auto [it, fresh] = bound_.emplace(wanted.get<std::string>(), got);
      return it->second == got ? "" : it->first + " was " + print_json(it->second);
    }
    if (wanted.is_object() && got.is_object() && as_many(wanted, got))
      return members(wanted, got);
    if (wanted.is_object() && got.is_string())
      if (const auto inner = parse_json(got.get_ref<const std::string&>()))
        return difference(wanted, *inner);
    if (wanted.is_array() && got.is_array() && wanted.size() == got.size())
      return items(wanted, got);
    return wanted == got ? ""
                         : "wanted " + print_json(wanted) + ", got " + print_json(got);
  }

  /// What the client says, with names in their place.
  [[nodiscard]] std::string filled(std::string text) const {
    for (const auto& [name, value] : bound_)
      for (auto at = text.find('"' + name + '"'); at != std::string::npos;
           at = text.find('"' + name + '"'))
        text.replace(at, name.size() + 2, print_json(value));
    return text;
  }

private:
  static bool as_many(const json& wanted, const json& got) {
    return wanted.contains(others) ? got.size() + 1 >= wanted.size()
                                   : got.size() == wanted.size();
  }

  std::string members(const json& wanted, const json& got) {
    for (const auto& [key, value] : wanted.items()) {
      if (key == others)
        continue;
      if (!got.contains(key))
        return key + " is missing in " + print_json(got);
      if (auto why = difference(value, got.at(key)); !why.empty())
        return key + ": " + why;
    }
    return {};
  }

  std::string items(const json& wanted, const json& got) {
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (auto why = difference(wanted[i], got[i]); !why.empty())
        return "[" + std::to_string(i) + "]: " + why;
    return {};
  }

  std::map<std::string, json> bound_;
};

} // namespace troupe::test
