#pragma once

#include "protocol/events.hpp"
#include "protocol/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Reading events.jsonl: pages for the door, the watermark for a successor. The writer
/// is the journal, through line_log. Blocking; any thread.
namespace troupe::store {

struct event_slice {
  std::vector<std::string> lines; ///< As written, without their newlines.
  std::uint64_t next_offset = 0;  ///< Where the next line starts.
  bool end = true;                ///< No whole line starts there yet.
};

/// Whole lines from a byte offset that is the start of a line: at most `limit`, and at
/// most `bytes_max` with their newlines, but at least one if there is one. A torn last
/// line is not there yet; nor is anything in a file that does not exist.
[[nodiscard]] result<event_slice> read_events(
  const std::filesystem::path& file,
  std::uint64_t offset,
  std::uint32_t limit,
  std::size_t bytes_max);

/// The line as it is shown: without `src`, its last member (protocol/events.hpp). Looks
/// only at its end.
[[nodiscard]] std::string shown(std::string_view line);

/// An event in at most `bytes_max` (at least 512) bytes of valid JSON. The longest
/// strings in `data` are cut first, on UTF-8 borders, and end in `…[truncated, N bytes
/// in all]`; `data.truncated` maps the JSON pointer (from data) of each to its length.
/// Names a reader goes on with (ids, status, type, tool, exit_code, path, decision) are
/// cut last. What does not fit even so has `{"truncated":true,"total_bytes":N}` for
/// data.
[[nodiscard]] std::string shortened(std::string_view shown_line, std::size_t bytes_max);

/// Where a log ends, for the successor that goes on with it.
struct watermark {
  std::uint64_t last_seq = 0;
  std::uint64_t size = 0;               ///< Of its whole lines.
  std::optional<event_source> last_src; ///< The greatest, so of the last attempt.
  std::optional<std::string> complaint; ///< What was found damaged and set aside.
};

/// Checks that the lines are events numbered 1, 2, 3 …; from the first that is not the
/// next event on, everything is set aside (set_tail_aside) and said so. Looks at the
/// front and the back of a line only; parses it all only where those look odd.
[[nodiscard]] result<watermark> scan_events(const std::filesystem::path& file);

} // namespace troupe::store
