#pragma once

#include "protocol/result.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace troupe::cli {

/// The first executable of that name in the directories of a PATH; a name with a slash
/// is a path itself.
[[nodiscard]] std::optional<std::string>
find_program(const std::string& name, const std::string& path_variable);

/// The first line that `<program> --version` prints; blocks for at most `patience`,
/// then the program is killed.
[[nodiscard]] result<std::string> version_of(
  const std::string& program,
  std::chrono::milliseconds patience = std::chrono::seconds(10));

} // namespace troupe::cli
