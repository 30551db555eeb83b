#include "keeper/files.hpp"

#include "keeper/descriptor.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace troupe::keeper {

namespace {

constexpr std::size_t file_bytes_max = 1 << 20;

void sync_directory_of(const std::string& path) {
  const auto directory = path.substr(0, path.find_last_of('/') + 1);
  const descriptor fd(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd)
    fsync(fd.get());
}

} // namespace

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto n = write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

tl::unexpected<error>
fail_errno(errc code, std::string_view what, const std::string& path) {
  const int why = errno;
  return fail(code, std::string(what) + " " + path + ": " + std::strerror(why));
}

std::string proc(int pid, const char* file) {
  return "/proc/" + std::to_string(pid) + "/" + file;
}

std::optional<std::string> read_file(const std::string& path) {
  const descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd)
    return {};
  std::string text;
  std::array<char, 4096> block{};
  while (text.size() < file_bytes_max) {
    const auto n = read(fd.get(), block.data(), block.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      return {};
    if (n == 0)
      break;
    text.append(block.data(), static_cast<std::size_t>(n));
  }
  return text;
}

bool write_control(const std::string& path, std::string_view text) {
  const descriptor fd(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  return fd && write(fd.get(), text.data(), text.size()) >= 0;
}

result<void>
replace_file(const std::string& path, std::string_view text, bool durable) {
  const auto fresh = path + ".new";
  const descriptor fd(
    open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd || !write_all(fd.get(), text) || (durable && fsync(fd.get()) < 0))
    return fail_errno(errc::internal, "cannot write", fresh);
  if (rename(fresh.c_str(), path.c_str()) < 0)
    return fail_errno(errc::internal, "cannot replace", path);
  if (durable)
    sync_directory_of(path);
  return {};
}

} // namespace troupe::keeper
