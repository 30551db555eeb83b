#include "store/events.hpp"

#include "store/event_tail.hpp"
#include "store/line_reader.hpp"

#include "protocol/json.hpp"

#include <charconv>
#include <cstring>
#include <utility>

namespace troupe::store {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t page_step = 64 << 10;
constexpr std::size_t scan_step = 1 << 20;

/// The number at the front of a line as the journal writes it.
std::optional<std::uint64_t> front_seq(std::string_view line) {
  constexpr std::string_view front = "{\"seq\":";
  if (!line.starts_with(front))
    return {};
  const auto rest = line.substr(front.size());
  std::uint64_t seq = 0;
  const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), seq);
  const auto after = rest.substr(static_cast<std::size_t>(end - rest.data()));
  return code == std::errc{} && after.starts_with(",\"") ? std::optional(seq)
                                                         : std::nullopt;
}

/// What a scan wants of a line.
struct event_mark {
  std::uint64_t seq = 0;
  std::optional<event_source> src;
};

result<event_mark> read_mark(std::string_view line) {
  const auto seq = front_seq(line);
  const bool plain =
    seq && line.ends_with("}") && !std::memchr(line.data(), 0, line.size());
  if (plain) {
    const auto tail = find_tail(line);
    return event_mark{*seq, tail ? std::optional(tail->src) : std::nullopt};
  }
  const auto parsed = decode_text<event_line>(line);
  if (!parsed)
    return fail(parsed.error());
  return event_mark{parsed->seq, parsed->src};
}

/// Why a line is not the next event; empty if it is, and then it is counted.
std::string count(const line_splitter::line& line, watermark& found) {
  if (line.cut)
    return "is too long to be an event";
  const auto mark = read_mark(line.text);
  if (!mark)
    return "is not an event (" + mark.error().message + ")";
  if (mark->seq != found.last_seq + 1)
    return "has number " + std::to_string(mark->seq);
  found.last_seq = mark->seq;
  found.size = line.end_offset;
  if (mark->src && (!found.last_src || *found.last_src < *mark->src))
    found.last_src = mark->src;
  return {};
}

result<watermark>
cut_off(const fs::path& file, watermark found, const std::string& why) {
  const auto aside = set_tail_aside(file, found.size);
  if (!aside)
    return fail(aside.error());
  found.complaint = file.string() + ": the line after event " +
                    std::to_string(found.last_seq) + " " + why +
                    "; it and what follows is now " + aside->filename().string();
  return found;
}

/// Each whole line from `offset` on, as long as `take` says to go on. A file that is
/// not there has none.
template <class Take>
result<void>
each_line(const fs::path& file, std::uint64_t offset, std::size_t step, Take take) {
  auto reader = line_reader::open(file, offset, step);
  if (!reader && reader.error().code == errc::not_found)
    return {};
  if (!reader)
    return fail(std::move(reader.error()));
  for (line_splitter::line line;;) {
    const auto more = reader->next(line);
    if (!more)
      return fail(more.error());
    if (!*more || !take(line))
      return {};
  }
}

} // namespace

result<event_slice> read_events(
  const fs::path& file,
  std::uint64_t offset,
  std::uint32_t limit,
  std::size_t bytes_max) {
  event_slice slice{{}, offset, true};
  bool too_long = false;
  auto read = each_line(file, offset, page_step, [&](const line_splitter::line& line) {
    slice.end = slice.lines.size() < limit &&
                (slice.lines.empty() || line.end_offset - offset <= bytes_max);
    too_long = slice.end && line.cut;
    if (!slice.end || too_long)
      return false;
    slice.lines.emplace_back(line.text);
    slice.next_offset = line.end_offset;
    return true;
  });
  if (!read)
    return fail(std::move(read.error()));
  if (too_long)
    return fail(
      errc::internal,
      file.string() + ": the line at byte " + std::to_string(slice.next_offset) +
        " is too long to be an event; restart the daemon to have it set aside");
  return slice;
}

std::string shown(std::string_view line) {
  const auto tail = find_tail(line);
  return tail ? std::string(tail->before).append("}") : std::string(line);
}

result<watermark> scan_events(const fs::path& file) {
  watermark found;
  std::string why;
  auto read = each_line(file, 0, scan_step, [&](const line_splitter::line& line) {
    why = count(line, found);
    return why.empty();
  });
  if (!read)
    return fail(std::move(read.error()));
  if (!why.empty())
    return cut_off(file, std::move(found), why);
  return found;
}

} // namespace troupe::store
