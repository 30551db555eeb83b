#include "a2a/sse.hpp"

#include <utility>

namespace troupe::a2a {

bool sse_reader::push(std::string_view bytes) {
  if (is_full_)
    return false;
  buffer_.erase(0, read_);
  scanned_ -= std::exchange(read_, 0);
  buffer_ += bytes;
  return true;
}

/// A lone CR ends no line here: no server that is known writes one.
std::optional<std::string> sse_reader::next() {
  while (!is_full_) {
    const auto end = buffer_.find('\n', scanned_);
    if (end == buffer_.npos) {
      scanned_ = buffer_.size();
      is_full_ = buffer_.size() - read_ + data_.size() > event_bytes_max_;
      return {};
    }
    auto line = std::string_view(buffer_).substr(read_, end - read_);
    read_ = scanned_ = end + 1;
    if (line.ends_with('\r'))
      line.remove_suffix(1);
    take_line(line);
    if (std::exchange(is_whole_, false) && std::exchange(has_data_, false))
      return std::exchange(data_, {});
  }
  return {};
}

void sse_reader::take_line(std::string_view line) {
  constexpr std::string_view name = "data";
  if (line.empty()) {
    is_whole_ = true;
    return;
  }
  const auto colon = line.find(':');
  if (line.substr(0, colon) != name)
    return;
  auto value = colon == line.npos ? std::string_view() : line.substr(colon + 1);
  if (value.starts_with(' '))
    value.remove_prefix(1);
  if (std::exchange(has_data_, true))
    data_ += '\n';
  data_ += value;
  is_full_ = data_.size() > event_bytes_max_;
}

} // namespace troupe::a2a
