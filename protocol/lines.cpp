#include "protocol/lines.hpp"

#include <utility>

namespace troupe {

line_splitter::line_splitter(std::size_t line_bytes_max, std::uint64_t offset)
  : line_bytes_max_(line_bytes_max), offset_(offset) {}

void line_splitter::push(std::string_view bytes) {
  buffer_.erase(0, std::exchange(taken_, 0));
  buffer_.append(bytes);
}

bool line_splitter::next(line& out) {
  const auto from = taken_ + scanned_;
  const auto end = buffer_.find('\n', from);
  if (end != std::string::npos)
    return take(end, 1, out);
  const auto kept = buffer_.size() - taken_;
  const auto worth_keeping = line_bytes_max_ + 1;
  if (kept > worth_keeping) {
    dropped_ += kept - worth_keeping;
    buffer_.resize(taken_ + worth_keeping);
  }
  scanned_ = buffer_.size() - taken_;
  return false;
}

bool line_splitter::rest(line& out) {
  if (taken_ == buffer_.size() && dropped_ == 0)
    return false;
  return take(buffer_.size(), 0, out);
}

bool line_splitter::take(std::size_t end, std::size_t skip, line& out) {
  const auto stored = end - taken_;
  out.bytes = stored + dropped_;
  out.end_offset = offset_ + out.bytes + skip;
  out.text = std::string_view(buffer_).substr(taken_, stored);
  if (skip > 0 && dropped_ == 0 && out.text.ends_with('\r'))
    out.text.remove_suffix(1);
  out.cut = dropped_ > 0 || out.text.size() > line_bytes_max_;
  out.text = out.text.substr(0, line_bytes_max_);
  offset_ = out.end_offset;
  taken_ = end + skip;
  dropped_ = 0;
  scanned_ = 0;
  return true;
}

} // namespace troupe
