#pragma once

#include <cstdint>
#include <optional>
#include <string>

/// What `troupe setup` is told on the command line.
namespace troupe::cli {

/// In whose configuration Troupe is entered.
enum class client_program : std::uint8_t { claude, codex, gemini };

struct setup_options {
  client_program client = client_program::claude;
  std::string name = "troupe"; ///< Of the server.
  std::optional<std::string> toolsets;
  bool project = false; ///< Of the directory that this is in, not of the user.
  bool http = false;
  bool standalone = false;
  bool remove = false;
  bool dry_run = false;
};

} // namespace troupe::cli
