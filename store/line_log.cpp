#include "store/files.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>

namespace troupe::store {

namespace fs = std::filesystem;

namespace {

/// Where the last newline before `size` ends; 0 if there is none.
result<std::uint64_t>
whole_lines(const descriptor& log, std::uint64_t size, const fs::path& file) {
  std::array<char, 64 << 10> bytes;
  while (size > 0) {
    const auto wanted = std::min<std::uint64_t>(size, bytes.size());
    const auto n = log.read_at(size - wanted, bytes.data(), wanted);
    if (n != static_cast<ssize_t>(wanted))
      return fail(file_error(n < 0 ? errno : EIO, "read", file));
    const auto at = std::string_view(bytes.data(), wanted).rfind('\n');
    if (at != std::string_view::npos)
      return size - wanted + at + 1;
    size -= wanted;
  }
  return 0u;
}

} // namespace

line_log::line_log(descriptor log, std::uint64_t size, fs::path file)
  : log_(std::move(log)), size_(size), file_(std::move(file)) {}

line_log::line_log(line_log&&) noexcept = default;
line_log& line_log::operator=(line_log&&) noexcept = default;
line_log::~line_log() = default;

result<line_log> line_log::open(const fs::path& file) {
  constexpr int flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC;
  descriptor log(::open(file.c_str(), flags, 0600));
  struct stat status {};
  if (!log || ::fstat(log.get(), &status) != 0)
    return fail(file_error(errno, "open", file));
  if (!S_ISREG(status.st_mode))
    return line_log(std::move(log), 0, file);
  if ((status.st_mode & 07777) != 0600 && ::fchmod(log.get(), 0600) != 0)
    return fail(file_error(errno, "protect", file));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const auto whole = whole_lines(log, size, file);
  if (!whole)
    return fail(whole.error());
  if (*whole < size && ::ftruncate(log.get(), static_cast<off_t>(*whole)) != 0)
    return fail(file_error(errno, "cut", file));
  return line_log(std::move(log), *whole, file);
}

result<void> line_log::append(std::string_view lines) {
  if (const auto code = log_.write_all(lines)) {
    const bool clean = ::ftruncate(log_.get(), static_cast<off_t>(size_)) == 0;
    auto why = file_error(code, "write", file_);
    if (!clean)
      why.message += " (a part of a line may be left at its end)";
    return fail(std::move(why));
  }
  size_ += lines.size();
  return {};
}

} // namespace troupe::store
