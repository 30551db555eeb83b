#pragma once

#include "cli/http_url.hpp"
#include "cli/setup_options.hpp"
#include "protocol/result.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

/// How a client's configuration says that Troupe is one of its MCP servers. Pure: text
/// in, text out.
namespace troupe::cli {

struct registration {
  std::string name;              ///< Of the server.
  std::vector<std::string> argv; ///< What serves on stdin and stdout.
  /// What argv needs of its environment and a client may not hand on.
  std::map<std::string, std::string> env;
  std::optional<http_access> http; ///< In the place of argv.
  /// The variable of the client's environment that holds the token: for a file that is
  /// not for one user's eyes. Absent: what `http` has is written down.
  std::optional<std::string> token_variable;
};

/// The text with Troupe in it as it is to be. What is there under that name already is
/// changed where it must be and else left (a person may have added to it), and so is
/// everything else, byte for byte. An empty text is an empty configuration.
///
/// errc::invalid_argument: it is broken, says where; errc::conflict: it is written in a
/// way that is not edited here.
[[nodiscard]] result<std::string>
entered(client_program in, const std::string& text, const registration& what);

/// The text without the server of that name, as above.
[[nodiscard]] result<std::string>
withdrawn(client_program in, const std::string& text, const std::string& name);

/// Whether nothing is left in it that anybody would miss.
[[nodiscard]] bool says_nothing(const std::string& text);

/// What changes, as `diff -u` shows it, from the first to the last line that does; with
/// `before` or `after` absent, the file is made or removed. `secret` is not shown.
[[nodiscard]] std::string difference(
  const std::string& file,
  const std::optional<std::string>& before,
  const std::optional<std::string>& after,
  const std::string& secret);

} // namespace troupe::cli
