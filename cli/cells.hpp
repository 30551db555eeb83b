#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Text for a terminal: what agents say must not move the cursor, and columns must stay
/// columns. Pure.
namespace troupe::cli {

/// How much fits and whether it may be coloured.
struct look {
  std::size_t columns = 80; ///< 0: no limit.
  bool colour = false;
  std::int64_t now_ms = 0;       ///< For ages.
  std::int64_t utc_offset_s = 0; ///< For times of day.
};

/// Nothing in it controls a terminal: control characters (C0, DEL, C1) and
/// bidirectional overrides are shown as `\x1b`, `\u202e`; bad UTF-8 as U+FFFD; a tab is
/// a space. Newlines stay if `lines`, else they are spaces.
[[nodiscard]] std::string printable(std::string_view text, bool lines = false);

/// How many columns a terminal needs for it: 2 for wide characters, 0 for combining.
[[nodiscard]] std::size_t columns_of(std::string_view text);

/// At most so many columns, an ellipsis at the end if it was cut; cuts no character.
[[nodiscard]] std::string cut_to(std::string_view text, std::size_t columns);

enum class paint : std::uint8_t { plain, bold, dim, red, green, yellow, cyan };

[[nodiscard]] std::string painted(std::string_view text, paint with, bool colour);

struct cell {
  std::string text;
  paint with = paint::plain;
};

/// Rows under a heading, each column as wide as its widest cell. The last column takes
/// what is left and is cut to it; if nothing is left, the widest others are cut too,
/// but never the first, which names the row.
class table {
public:
  explicit table(std::vector<std::string> heading);

  /// Cells are made printable. As many as there are headings.
  void add(std::vector<cell> row);
  [[nodiscard]] std::string print(const look& as) const;

private:
  [[nodiscard]] std::vector<std::size_t> fitted(std::size_t columns) const;

  std::vector<std::vector<cell>> rows_;
  std::vector<std::size_t> widths_;
};

} // namespace troupe::cli
