#include "store/line_reader.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <sys/stat.h>

namespace troupe::store {

namespace {

constexpr std::uint64_t step_bytes_min = 512;

} // namespace

line_reader::line_reader(
  descriptor in, std::filesystem::path file, std::uint64_t offset)
  : in_(std::move(in)), file_(std::move(file)), read_to_(offset),
    lines_(line_bytes_max, offset) {}

result<line_reader> line_reader::open(
  const std::filesystem::path& file, std::uint64_t offset, std::size_t step_bytes) {
  auto in = open_to_read(file);
  if (!in)
    return fail(std::move(in.error()));
  struct stat status {};
  if (::fstat(in->get(), &status) != 0)
    return fail(file_error(errno, "read", file));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const auto left = size > offset ? size - offset : 0;
  line_reader reader(std::move(*in), file, offset);
  reader.step_.resize(std::clamp(left + 1, step_bytes_min, std::uint64_t{step_bytes}));
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
