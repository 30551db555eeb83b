#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace troupe::e2e {

/// What one line of a writer says: which process wrote it, which of its lines it is,
/// and a checksum over both and some ballast.
struct oracle_line {
  std::string attempt;
  std::size_t n = 0;

  [[nodiscard]] std::string text() const;
  /// False if it is no such line, or not whole.
  bool read(const std::string& text);
};

// Each of these says in `<file>.<name>.ran`, on a line of its own, the number of its
// attempt, or 0 if a process of another attempt of that name lives; then it ends
// with 66.

/// oracle <file> <name> <pause_ms>: lines 1, 2, 3 … until there is such a file, then
/// `end <attempt> <lines>`.
int oracle(const std::vector<std::string>& args);

/// second_try <file> <name>: says "waits"; once there is such a file its first attempt
/// ends with code 3, and the next says "again" and ends well.
int second_try(const std::vector<std::string>& args);

/// listen <file> <name> <ms>: says `waits` to its first turn and `heard` to each that
/// is a message; every turn ends when there is the file. For stdin: json.
int listen(const std::vector<std::string>& args);

/// hold_on <file> <name>: says "ready" once a child has left it by a double fork, then
/// neither ends.
int hold_on(const std::vector<std::string>& args);

} // namespace troupe::e2e
