#include "actors/event_book.hpp"

#include "store/events.hpp"

#include <algorithm>

namespace troupe {

namespace {

constexpr std::uint64_t stride = 64;
constexpr std::size_t step_bytes = 1 << 20;
constexpr std::size_t envelope_bytes = 256;
constexpr std::size_t event_bytes_min = 512;

std::string_view without_lines(std::string_view lines, std::uint64_t count) {
  for (; count > 0 && !lines.empty(); --count)
    lines.remove_prefix(std::min(lines.find('\n'), lines.size() - 1) + 1);
  return lines;
}

} // namespace

result<void> event_book::append(std::string_view lines, std::uint64_t first_seq) {
  if (!last_seq_)
    last_seq_ = first_seq - 1;
  if (first_seq > *last_seq_ + 1)
    return fail(
      errc::internal,
      file_.string() + ": event " + std::to_string(first_seq) +
        " does not follow event " + std::to_string(*last_seq_));
  if (first_seq <= *last_seq_) {
    lines = without_lines(lines, *last_seq_ + 1 - first_seq);
    first_seq = *last_seq_ + 1;
  }
  if (lines.empty())
    return {};
  if (!log_) {
    auto opened = store::line_log::open(file_);
    if (!opened)
      return fail(std::move(opened.error()));
    log_ = std::move(*opened);
  }
  const auto offset = log_->size();
  if (auto done = log_->append(lines); !done)
    return done;
  last_seq_ =
    first_seq - 1 + static_cast<std::uint64_t>(std::ranges::count(lines, '\n'));
  if (offset == noted_size_ && noted_ + 1 == first_seq)
    note(lines, offset);
  return {};
}

void event_book::note(std::string_view lines, std::uint64_t offset) {
  for (std::size_t at = 0; at < lines.size();) {
    if (noted_++ % stride == 0)
      marks_.push_back(offset + at);
    const auto end = lines.find('\n', at);
    at = end == std::string_view::npos ? lines.size() : end + 1;
  }
  noted_size_ = offset + lines.size();
}

result<void> event_book::index() {
  for (;;) {
    auto slice = store::read_events(file_, noted_size_, 4096, step_bytes);
    if (!slice)
      return fail(std::move(slice.error()));
    if (slice->lines.empty())
      return {};
    auto offset = noted_size_;
    for (const auto& line : slice->lines) {
      if (noted_++ % stride == 0)
        marks_.push_back(offset);
      offset += line.size() + 1;
    }
    noted_size_ = offset;
  }
}

result<std::uint64_t> event_book::offset_after(std::uint64_t seq) {
  if (seq >= noted_)
    if (auto done = index(); !done)
      return fail(std::move(done.error()));
  if (seq >= noted_)
    return noted_size_;
  const auto mark = seq / stride;
  auto offset = marks_[mark];
  const auto skip = static_cast<std::uint32_t>(seq - mark * stride);
  if (skip == 0)
    return offset;
  for (std::uint32_t skipped = 0; skipped < skip;) {
    auto slice = store::read_events(file_, offset, skip - skipped, step_bytes);
    if (!slice)
      return fail(std::move(slice.error()));
    if (slice->lines.empty())
      return fail(errc::internal, file_.string() + ": shorter than its index");
    skipped += static_cast<std::uint32_t>(slice->lines.size());
    offset = slice->next_offset;
  }
  return offset;
}

result<event_book::page>
event_book::read(std::uint64_t after_seq, std::uint32_t limit, std::size_t bytes_max) {
  page found{.events = {}, .last_seq = after_seq};
  auto offset = offset_after(after_seq);
  if (!offset)
    return fail(std::move(offset.error()));
  const auto budget =
    std::max(bytes_max - std::min(bytes_max, envelope_bytes), event_bytes_min);
  auto slice = store::read_events(file_, *offset, limit, budget * 2);
  if (!slice)
    return fail(std::move(slice.error()));
  std::size_t used = 0;
  for (const auto& line : slice->lines) {
    auto text = store::shown(line);
    if (found.events.empty() && text.size() > budget)
      text = store::shortened(text, budget);
    used += text.size() + 1;
    if (used > budget + 1)
      break;
    found.events.push_back({std::move(text)});
    ++found.last_seq;
  }
  found.more = found.events.size() < slice->lines.size() || !slice->end;
  return found;
}

} // namespace troupe
