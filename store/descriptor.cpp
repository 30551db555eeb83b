#include "store/descriptor.hpp"

#include <cerrno>

namespace troupe::store {

int descriptor::write_all(std::string_view text) const {
  while (!text.empty()) {
    const auto n = ::write(fd_, text.data(), text.size());
    if (n < 0 && errno != EINTR)
      return errno;
    if (n > 0)
      text.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

ssize_t descriptor::read_at(std::uint64_t offset, char* to, std::size_t bytes) const {
  ssize_t n = 0;
  do
    n = ::pread(fd_, to, bytes, static_cast<off_t>(offset));
  while (n < 0 && errno == EINTR);
  return n;
}

} // namespace troupe::store
