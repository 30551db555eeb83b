#pragma once

#include "keeper/descriptor.hpp"
#include "protocol/lines.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace troupe::cli {

struct typed_line {
  std::string text;
  bool cut = false; ///< It was longer than `typed_bytes_max`.
};

inline constexpr std::size_t typed_bytes_max = std::size_t{1} << 20;

/// Lines of stdin as they come, beside signals: `fd` can be read as soon as there is
/// either. A file or a pipe does as well as a terminal.
class typed_lines {
public:
  typed_lines();

  [[nodiscard]] int fd() const { return both_.get(); }

  /// The next whole line, if there is one now; never waits.
  [[nodiscard]] std::optional<typed_line> next();
  [[nodiscard]] bool at_end() const { return ended_; }
  /// Waits for a line, the end or a signal.
  void wait() const;
  [[nodiscard]] bool interrupted() const;

private:
  bool read_some();
  void end();

  keeper::descriptor signals_;
  keeper::descriptor both_;
  line_splitter lines_{typed_bytes_max};
  bool pollable_ = true; ///< A plain file is not: it can always be read.
  bool ended_ = false;
};

} // namespace troupe::cli
