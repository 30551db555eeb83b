#include "io/growing_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>

namespace troupe::io {

growing_file::growing_file(std::string path, std::uint64_t offset)
  : path_(std::move(path)), offset_(offset) {
  const auto slash = path_.rfind('/');
  if (slash == std::string::npos) {
    directory_ = ".";
    name_ = path_;
  } else {
    directory_ = path_.substr(0, std::max<std::size_t>(slash, 1));
    name_ = path_.substr(slash + 1);
  }
}

bool growing_file::open(reading& out) {
  if (file_)
    return true;
  // O_NONBLOCK: who owns the directory could have put a FIFO there.
  constexpr int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY;
  descriptor opened(::open(path_.c_str(), flags));
  if (!opened) {
    out.unknown =
      errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == EINTR;
    return false;
  }
  struct stat seen {};
  if (::fstat(opened.get(), &seen) != 0 || !S_ISREG(seen.st_mode))
    return false;
  file_ = std::move(opened);
  return true;
}

growing_file::reading growing_file::read(std::size_t bytes_max) {
  reading out{.offset = offset_};
  struct stat seen {};
  if (!open(out) || ::fstat(file_.get(), &seen) != 0)
    return out;
  const auto size = static_cast<std::uint64_t>(seen.st_size);
  if (size < offset_) {
    out.offset = offset_ = 0;
    out.shrunk = true;
  }
  if (size == offset_) {
    if (seen.st_nlink == 0)
      file_ = descriptor();
    return out;
  }
  out.bytes.resize(std::min<std::uint64_t>(size - offset_, bytes_max));
  const auto count = ::pread(
    file_.get(), out.bytes.data(), out.bytes.size(), static_cast<off_t>(offset_));
  out.bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  offset_ += out.bytes.size();
  out.more = count > 0 && offset_ < size;
  return out;
}

std::uint64_t growing_file::free_bytes() {
  const auto now = std::chrono::steady_clock::now();
  if (free_bytes_ != 0 && now - free_as_of_ < std::chrono::seconds(1))
    return free_bytes_;
  struct statvfs disk {};
  const bool known = file_ ? ::fstatvfs(file_.get(), &disk) == 0
                           : ::statvfs(directory_.c_str(), &disk) == 0;
  free_bytes_ = known ? std::uint64_t{disk.f_bavail} * disk.f_frsize : 0;
  free_as_of_ = now;
  return free_bytes_;
}

} // namespace troupe::io
