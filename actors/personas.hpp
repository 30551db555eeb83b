#pragma once

#include "protocol/messages.hpp"
#include "protocol/result.hpp"
#include "protocol/values.hpp"

#include <optional>
#include <string>
#include <vector>

/// Who an agent is told to be, and what its answer must look like.
namespace troupe {

/// The text of a profile: one that ships, by its name; else a file, absolute or below
/// `cwd`. Regular, in UTF-8, of 64 KiB at most, and not empty.
[[nodiscard]] result<std::string>
read_profile(const std::string& profile, const std::string& cwd);

/// A prompt for a backend that has no place of its own for these.
[[nodiscard]] std::string dressed(
  std::string prompt,
  const std::optional<std::string>& persona,
  const std::optional<raw_json>& output_schema);

/// The same in parts, where there are any.
[[nodiscard]] std::vector<message_part> dressed(
  std::vector<message_part> parts,
  const std::optional<std::string>& persona,
  const std::optional<raw_json>& output_schema);

} // namespace troupe
