#include "store/line_reader.hpp"

#include <cerrno>
#include <utility>

namespace troupe::store {

line_reader::line_reader(
  descriptor in, std::filesystem::path file, std::uint64_t offset)
  : in_(std::move(in)), file_(std::move(file)), read_to_(offset),
    lines_(line_bytes_max, offset) {}

result<line_reader> line_reader::open(
  const std::filesystem::path& file, std::uint64_t offset, std::size_t step_bytes) {
  auto in = open_to_read(file);
  if (!in)
    return fail(std::move(in.error()));
  line_reader reader(std::move(*in), file, offset);
  reader.step_.resize(step_bytes);
  return reader;
}

result<bool> line_reader::next(line_splitter::line& out) {
  while (!lines_.next(out)) {
    const auto n = in_.read_at(read_to_, step_.data(), step_.size());
    if (n == 0)
      return false;
    if (n < 0)
      return fail(file_error(errno, "read", file_));
    read_to_ += static_cast<std::uint64_t>(n);
    lines_.push({step_.data(), static_cast<std::size_t>(n)});
  }
  return true;
}

} // namespace troupe::store
