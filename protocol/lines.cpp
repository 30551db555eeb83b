#include "protocol/lines.hpp"

#include <algorithm>
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
  if (kept > line_bytes_max_) {
    dropped_ += kept - line_bytes_max_;
    buffer_.resize(taken_ + line_bytes_max_);
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
  out.text =
    std::string_view(buffer_).substr(taken_, std::min(stored, line_bytes_max_));
  out.cut = out.text.size() < out.bytes;
  if (!out.cut && out.text.ends_with('\r'))
    out.text.remove_suffix(1);
  offset_ = out.end_offset;
  taken_ = end + skip;
  dropped_ = 0;
  scanned_ = 0;
  return true;
}

} // namespace troupe
