#include "store/shared_file.hpp"

#include "protocol/text.hpp"
#include "store/descriptor.hpp"
#include "store/files.hpp"

#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace troupe::store {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t name_max = 200;

error outside(const fs::path& directory, const std::string& file) {
  return {
    errc::refused,
    one_line(file, name_max) + " is not inside " + directory.string() +
      ", and nothing else is read or written"};
}

std::optional<std::string> below(const fs::path& directory, const std::string& file) {
  auto prefix = directory.string();
  if (!prefix.ends_with('/'))
    prefix += '/';
  if (!file.starts_with(prefix))
    return {};
  return file.substr(prefix.size());
}

/// The name from the directory on, which may be told by what it is a link to.
result<std::string> relative_name(const fs::path& directory, const std::string& file) {
  if (file.find('\0') != file.npos)
    return fail(errc::refused, "a file name contains a NUL byte");
  if (!file.starts_with('/'))
    return file;
  std::error_code ignored;
  auto name = below(directory, file);
  if (!name)
    name = below(fs::canonical(directory, ignored), file);
  if (!name)
    return fail(outside(directory, file));
  return std::move(*name);
}

error not_regular(const std::string& file) {
  return {errc::invalid_argument, one_line(file, name_max) + " is not a regular file"};
}

error open_error(int code, const fs::path& directory, const std::string& file) {
  if (code == EXDEV || code == ELOOP)
    return outside(directory, file);
  if (code == ENOSYS || code == EPERM)
    return {
      errc::refused,
      "this kernel cannot keep a file name inside a directory (openat2), so none is "
      "read or written for an agent"};
  if (code == ENOENT)
    return {errc::not_found, one_line(file, name_max) + ": there is no such file"};
  if (code == ENXIO || code == EISDIR)
    return not_regular(file);
  return file_error(code, "open", one_line(file, name_max));
}

result<descriptor>
open_inside(const fs::path& directory, const std::string& file, int flags) {
  constexpr mode_t mode = 0666;
  constexpr int tries = 8;
  const auto name = relative_name(directory, file);
  if (!name)
    return fail(name.error());
  const descriptor base(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!base)
    return fail(file_error(errno, "open", directory));
  open_how how{};
  how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
  how.mode = (flags & O_CREAT) != 0 ? mode : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  int code = EAGAIN;
  for (int i = 0; i < tries && (code == EAGAIN || code == EINTR); ++i) {
    descriptor opened(static_cast<int>(
      ::syscall(SYS_openat2, base.get(), name->c_str(), &how, sizeof how)));
    if (opened)
      return opened;
    code = errno;
  }
  return fail(open_error(code, directory, file));
}

result<struct stat> status_of(const descriptor& opened, const std::string& file) {
  struct stat status {};
  if (::fstat(opened.get(), &status) != 0)
    return fail(file_error(errno, "look at", one_line(file, name_max)));
  if (!S_ISREG(status.st_mode))
    return fail(not_regular(file));
  return status;
}

error too_large(const std::string& file) {
  return {
    errc::invalid_argument,
    one_line(file, name_max) + " is larger than " +
      std::to_string(shared_file_bytes_max / 1024) +
      " KiB, the most that is read for an agent; read a part of it with a command"};
}

} // namespace

result<std::string> read_inside(const fs::path& directory, const std::string& file) {
  const auto opened = open_inside(directory, file, O_RDONLY);
  if (!opened)
    return fail(opened.error());
  const auto status = status_of(*opened, file);
  if (!status)
    return fail(status.error());
  std::string text(shared_file_bytes_max + 1, '\0');
  std::size_t had = 0;
  while (had < text.size()) {
    const auto got = opened->read_at(had, text.data() + had, text.size() - had);
    if (got < 0)
      return fail(file_error(errno, "read", one_line(file, name_max)));
    if (got == 0)
      break;
    had += static_cast<std::size_t>(got);
  }
  if (had > shared_file_bytes_max)
    return fail(too_large(file));
  text.resize(had);
  if (!is_utf8(text))
    return fail(
      errc::invalid_argument, one_line(file, name_max) + " is not a text in UTF-8");
  return text;
}

result<bool> write_inside(
  const fs::path& directory, const std::string& file, std::string_view text) {
  auto opened = open_inside(directory, file, O_WRONLY | O_CREAT | O_EXCL);
  const bool created = opened.has_value();
  if (!created)
    opened = open_inside(directory, file, O_WRONLY);
  if (!opened)
    return fail(opened.error());
  if (const auto status = status_of(*opened, file); !status)
    return fail(status.error());
  int code = ::ftruncate(opened->get(), 0) == 0 ? 0 : errno;
  if (code == 0)
    code = opened->write_all(text);
  if (code != 0)
    return fail(file_error(code, "write", one_line(file, name_max)));
  return created;
}

} // namespace troupe::store
