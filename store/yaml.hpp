#pragma once

#include "protocol/json.hpp"
#include "protocol/result.hpp"

#include <map>
#include <string>
#include <string_view>

namespace troupe::store {

/// A YAML document as JSON, and on which line (from 1) each of its paths stands, in the
/// notation of `mismatch`: `backends.x.command[0]`.
struct yaml_document {
  json value;
  std::map<std::string, int> lines;

  /// The line of a path, or of the nearest thing around it; 0 if that is not known.
  [[nodiscard]] int line_of(std::string path) const;
};

/// Reads one document of YAML's core schema. An error starts with its line: `3: ...`.
/// Aliases are expanded, so nodes and depth are bounded and not the text alone.
[[nodiscard]] result<yaml_document> parse_yaml(const std::string& text);

} // namespace troupe::store
