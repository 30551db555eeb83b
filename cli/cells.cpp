#include "cli/cells.hpp"

#include "protocol/text.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

namespace troupe::cli {

namespace {

struct range {
  char32_t first;
  char32_t last;
};

bool in(char32_t c, const auto& ranges) {
  return std::ranges::any_of(
    ranges, [c](range r) { return r.first <= c && c <= r.last; });
}

/// Could move the cursor or turn the text around.
constexpr std::array<range, 7> controls{{
  {0x00, 0x1F},
  {0x7F, 0x9F},
  {0x200E, 0x200F},
  {0x2028, 0x202E},
  {0x2066, 0x2069},
  {0xFFF9, 0xFFFB},
  {0xE0000, 0xE007F},
}};

/// Unicode 15: East Asian Width W and F, in the blocks that matter.
constexpr std::array<range, 15> wide{{
  {0x1100, 0x115F},
  {0x231A, 0x231B},
  {0x23E9, 0x23EC},
  {0x2614, 0x2615},
  {0x26A1, 0x26A1},
  {0x2705, 0x2705},
  {0x274C, 0x274C},
  {0x2E80, 0x303E},
  {0x3041, 0xA4CF},
  {0xAC00, 0xD7A3},
  {0xF900, 0xFAFF},
  {0xFE30, 0xFE6F},
  {0xFF00, 0xFF60},
  {0x1F300, 0x1FAFF},
  {0x20000, 0x3FFFD},
}};

constexpr std::array<range, 7> combining{{
  {0x0300, 0x036F},
  {0x0483, 0x0489},
  {0x0591, 0x05BD},
  {0x1AB0, 0x1AFF},
  {0x200B, 0x200D},
  {0x20D0, 0x20FF},
  {0xFE00, 0xFE0F},
}};

/// Takes the first character of well-formed UTF-8.
std::pair<char32_t, std::string_view> take(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const auto bytes = text.substr(0, length);
  char32_t c = length == 1 ? lead : lead & (0x7FU >> length);
  for (const char more : bytes.substr(1))
    c = (c << 6) | (static_cast<unsigned char>(more) & 0x3FU);
  text.remove_prefix(bytes.size());
  return {c, bytes};
}

std::size_t width(char32_t c) {
  return in(c, combining) ? 0 : in(c, wide) ? 2 : 1;
}

std::string escaped(char32_t c) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = c < 0x100 ? "\\x" : c < 0x10000 ? "\\u" : "\\U";
  for (int shift = c < 0x100 ? 4 : c < 0x10000 ? 12 : 28; shift >= 0; shift -= 4)
    text += digits[(c >> shift) & 15U];
  return text;
}

std::string_view code_of(paint with) {
  constexpr std::array<std::string_view, 7> codes{
    "", "\x1b[1m", "\x1b[2m", "\x1b[31m", "\x1b[32m", "\x1b[33m", "\x1b[36m"};
  return codes[static_cast<std::size_t>(with)];
}

constexpr std::size_t gap = 2;
constexpr std::size_t column_min = 4;
constexpr std::size_t last_column_min = 8;

} // namespace

std::string printable(std::string_view text, bool lines) {
  const auto whole = to_utf8(text);
  std::string_view left = whole;
  std::string out;
  while (!left.empty()) {
    const auto [c, bytes] = take(left);
    if (c == '\n' && lines)
      out += '\n';
    else if (c == '\n' || c == '\t')
      out += ' ';
    else if (c == '\r' && (left.empty() || left.front() == '\n'))
      continue;
    else if (in(c, controls))
      out += escaped(c);
    else
      out += bytes;
  }
  return out;
}

std::size_t columns_of(std::string_view text) {
  const auto whole = to_utf8(text);
  std::string_view left = whole;
  std::size_t columns = 0;
  while (!left.empty())
    columns += width(take(left).first);
  return columns;
}

std::string cut_to(std::string_view text, std::size_t columns) {
  if (columns_of(text) <= columns)
    return std::string(text);
  if (columns == 0)
    return {};
  const auto whole = to_utf8(text);
  std::string_view left = whole;
  std::string out;
  std::size_t used = 0;
  while (!left.empty()) {
    const auto [c, bytes] = take(left);
    used += width(c);
    if (used > columns - 1)
      break;
    out += bytes;
  }
  return out + "…";
}

std::string painted(std::string_view text, paint with, bool colour) {
  if (!colour || with == paint::plain || text.empty())
    return std::string(text);
  return std::string(code_of(with)).append(text).append("\x1b[0m");
}

table::table(std::vector<std::string> heading) : widths_(heading.size()) {
  std::vector<cell> cells;
  for (auto& text : heading)
    cells.push_back({std::move(text), paint::dim});
  add(std::move(cells));
}

void table::add(std::vector<cell> row) {
  row.resize(widths_.size());
  for (std::size_t i = 0; i < row.size(); ++i) {
    row[i].text = printable(row[i].text);
    widths_[i] = std::max(widths_[i], columns_of(row[i].text));
  }
  rows_.push_back(std::move(row));
}

std::string table::print(const look& as) const {
  const auto widths = fitted(as.columns);
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto text = cut_to(row[i].text, widths[i]);
      line += painted(text, row[i].with, as.colour);
      line.append(widths[i] - columns_of(text) + gap, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

std::vector<std::size_t> table::fitted(std::size_t columns) const {
  auto widths = widths_;
  if (columns == 0 || widths.size() < 2)
    return widths;
  auto& last = widths.back();
  last = std::min(last, last_column_min);
  auto sum = std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
  while (sum > columns) {
    const auto widest = std::max_element(widths.begin() + 1, widths.end() - 1);
    if (widest == widths.end() - 1 || *widest <= column_min)
      break;
    --*widest;
    --sum;
  }
  if (sum < columns)
    last = std::min(widths_.back(), last + columns - sum);
  return widths;
}

} // namespace troupe::cli
