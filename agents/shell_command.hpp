#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace troupe::agents {

/// A shell command seen with the shell's eyes, as far as permissions need it.
struct shell_command {
  std::string_view text;

  /// One flag a byte: whether the shell acts on it (operator, substitution,
  /// redirection, subshell, comment), or may, where quoting is not understood.
  std::vector<bool> sharp;

  /// Whether quoting was understood to the end; if not, a part may hide in `text`.
  bool understood = true;
};

[[nodiscard]] shell_command read_shell(std::string_view text);

/// A stretch of a command, as offsets into its text, without white space around it.
struct shell_part {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The commands that `;`, `&`, `|` and newlines separate.
[[nodiscard]] std::vector<shell_part> parts_between_operators(const shell_command&);

/// Everything that might be run as a command: between any two sharp bytes, behind
/// assignments and words that take a command; where quoting is not understood,
/// between any two bytes that could be sharp.
[[nodiscard]] std::vector<std::string_view> possible_commands(const shell_command&);

} // namespace troupe::agents
