#include "store/files.hpp"

#include "protocol/text.hpp"
#include "protocol/values.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>

namespace troupe::store {

namespace fs = std::filesystem;

namespace {

constexpr mode_t file_mode = 0600;
constexpr mode_t directory_mode = 0700;
constexpr std::size_t copy_step = 64 << 10;

struct advice {
  errc code;
  std::string_view text;
};

advice advice_for(int code) {
  switch (code) {
  case ENOENT:
    return {errc::not_found, "check the path"};
  case EACCES:
  case EPERM:
    return {errc::refused, "give this user access to it, or choose another place"};
  case EROFS:
    return {errc::refused, "choose a place that can be written"};
  case ELOOP:
    return {errc::refused, "put a real file where the symbolic link is"};
  case ENOSPC:
  case EDQUOT:
    return {errc::busy, "free some space there, then try again"};
  case EFBIG:
    return {errc::busy, "raise the limit of file sizes (ulimit -f), then try again"};
  case EMFILE:
  case ENFILE:
    return {errc::busy, "raise the limit of open files (ulimit -n), then try again"};
  case EISDIR:
  case ENOTDIR:
  case EEXIST:
    return {errc::conflict, "move what is in its place out of the way"};
  default:
    return {errc::internal, "check the disk; the system log may say more"};
  }
}

result<descriptor> create_new(const fs::path& file) {
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  descriptor made(::open(file.c_str(), flags, file_mode));
  if (!made && errno == EEXIST && ::unlink(file.c_str()) == 0)
    made = descriptor(::open(file.c_str(), flags, file_mode));
  if (!made || ::fchmod(made.get(), file_mode) != 0)
    return fail(file_error(errno, "create", file));
  return made;
}

result<std::uint64_t> size_of(int fd, const fs::path& file) {
  struct stat status {};
  if (::fstat(fd, &status) != 0)
    return fail(file_error(errno, "look at", file));
  return static_cast<std::uint64_t>(status.st_size);
}

fs::path damaged_name(const fs::path& file) {
  auto time = to_string(wall_now());
  std::erase_if(time, [](char c) { return c == '-' || c == ':' || c == '.'; });
  const auto wanted = file.string() + ".damaged-" + time;
  fs::path name = wanted;
  std::error_code ignored;
  for (int n = 2; fs::exists(fs::symlink_status(name, ignored)); ++n)
    name = wanted + "-" + std::to_string(n);
  return name;
}

constexpr bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

/// 0 if it is a directory now, else errno.
int make_one(const fs::path& directory) {
  if (::mkdir(directory.c_str(), directory_mode) == 0)
    return ::chmod(directory.c_str(), directory_mode) == 0 ? 0 : errno;
  const auto code = errno;
  std::error_code ignored;
  return fs::is_directory(directory, ignored) ? 0 : code;
}

bool is_directory(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

/// Of a file all that reading it needs; of a directory everything, its names included.
int bring_to_disk(int fd) {
  return is_directory(fd) ? ::fsync(fd) : ::fdatasync(fd);
}

/// Without the pieces of characters that a cut left at both ends.
std::string_view whole_characters(std::string_view text) {
  for (int i = 0; i < 3 && !text.empty() && is_continuation(text.front()); ++i)
    text.remove_prefix(1);
  std::size_t lead = text.size();
  while (lead > 0 && text.size() - lead < 3 && is_continuation(text[lead - 1]))
    --lead;
  if (lead == 0)
    return text;
  const auto first = static_cast<unsigned char>(text[lead - 1]);
  const std::size_t wanted = first >= 0xF0   ? 4
                             : first >= 0xE0 ? 3
                             : first >= 0xC0 ? 2
                                             : 1;
  return wanted > text.size() - lead + 1 ? text.substr(0, lead - 1) : text;
}

} // namespace

error file_error(int code, std::string_view doing, const fs::path& file) {
  const auto [kind, what_to_do] = advice_for(code);
  std::string text = "cannot ";
  text.append(doing).append(" ").append(file.string()).append(": ");
  text.append(std::generic_category().message(code)).append("; ").append(what_to_do);
  return {kind, std::move(text)};
}

result<void> write_snapshot(const fs::path& file, std::string_view text) {
  fs::path fresh = file;
  fresh += ".new";
  auto out = create_new(fresh);
  if (!out)
    return fail(std::move(out.error()));
  auto code = out->write_all(text);
  if (code == 0 && ::rename(fresh.c_str(), file.c_str()) != 0)
    code = errno;
  if (code != 0) {
    ::unlink(fresh.c_str());
    return fail(file_error(code, "write", file));
  }
  return {};
}

result<descriptor> open_to_read(const fs::path& file) {
  descriptor in(::open(file.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status {};
  if (!in || ::fstat(in.get(), &status) != 0)
    return fail(file_error(errno, "read", file));
  if (S_ISDIR(status.st_mode))
    return fail(file_error(EISDIR, "read", file));
  if (!S_ISREG(status.st_mode))
    return fail(
      errc::conflict,
      "cannot read " + file.string() + ": not a regular file; name one that is");
  return in;
}

result<std::string> read_file(const fs::path& file, std::uint64_t bytes_max) {
  auto in = open_to_read(file);
  if (!in)
    return fail(std::move(in.error()));
  const auto size = size_of(in->get(), file);
  if (!size)
    return fail(size.error());
  std::string text;
  for (auto room = *size + 1; text.size() <= bytes_max; room = copy_step) {
    const auto had = text.size();
    text.resize(had + std::min(room, bytes_max + 1 - had));
    const auto n = in->read_at(had, text.data() + had, text.size() - had);
    if (n < 0)
      return fail(file_error(errno, "read", file));
    text.resize(had + static_cast<std::size_t>(n));
    if (n == 0) {
      text.shrink_to_fit();
      return text;
    }
  }
  return fail(
    errc::busy,
    "cannot read " + file.string() + ": larger than the limit of " +
      std::to_string(bytes_max) + " bytes; make it smaller");
}

std::string read_tail(const fs::path& file, std::size_t bytes_max) {
  const auto in = open_to_read(file);
  const auto size = in ? size_of(in->get(), file) : result<std::uint64_t>(0u);
  if (!in || !size)
    return {};
  const auto length = std::min<std::uint64_t>(*size, bytes_max);
  std::string text(length, '\0');
  const auto n = in->read_at(*size - length, text.data(), text.size());
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return std::string(whole_characters(text));
}

result<void> make_directory(const fs::path& directory) {
  const auto parent = directory.parent_path();
  auto code = make_one(directory);
  if (code == ENOENT && !parent.empty() && parent != directory) {
    if (auto made = make_directory(parent); !made)
      return made;
    code = make_one(directory);
  }
  if (code != 0)
    return fail(file_error(code, "create", directory));
  return {};
}

std::vector<sync_failure> sync_paths(const std::vector<std::string>& paths) {
  std::vector<sync_failure> failed;
  std::vector<std::pair<const std::string*, descriptor>> opened;
  for (const auto& path : paths) {
    descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (file)
      opened.emplace_back(&path, std::move(file));
    else if (errno != ENOENT)
      failed.push_back({path, file_error(errno, "sync", path)});
  }
  for (const auto& [path, file] : opened)
    ::sync_file_range(file.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
  std::stable_partition(opened.begin(), opened.end(), [](const auto& each) {
    return is_directory(each.second.get());
  });
  for (const auto& [path, file] : opened)
    if (bring_to_disk(file.get()) != 0)
      failed.push_back({*path, file_error(errno, "sync", *path)});
  return failed;
}

std::vector<std::string>
names_in(const fs::path& directory, bool (*is_one)(std::string_view)) {
  std::vector<std::string> names;
  std::error_code code;
  fs::directory_iterator entry(directory, code);
  for (; !code && entry != fs::directory_iterator(); entry.increment(code))
    if (auto name = entry->path().filename().string(); is_one(name))
      names.push_back(std::move(name));
  std::ranges::sort(names, std::greater{});
  return names;
}

result<void> remove_if_there(const fs::path& file) {
  if (::unlink(file.c_str()) != 0 && errno != ENOENT)
    return fail(file_error(errno, "remove", file));
  return {};
}

fs::path set_aside(const fs::path& file) {
  auto aside = damaged_name(file);
  if (::rename(file.c_str(), aside.c_str()) != 0)
    aside.clear();
  return aside;
}

result<fs::path> set_tail_aside(const fs::path& file, std::uint64_t offset) {
  const descriptor log(::open(file.c_str(), O_RDWR | O_NOFOLLOW | O_CLOEXEC));
  if (!log)
    return fail(file_error(errno, "open", file));
  auto aside = damaged_name(file);
  auto tail = create_new(aside);
  if (!tail)
    return fail(std::move(tail.error()));
  std::string bytes(copy_step, '\0');
  for (auto from = offset;;) {
    const auto n = log.read_at(from, bytes.data(), bytes.size());
    if (n < 0)
      return fail(file_error(errno, "read", file));
    if (n == 0)
      break;
    from += static_cast<std::uint64_t>(n);
    const std::string_view piece(bytes.data(), static_cast<std::size_t>(n));
    if (const auto code = tail->write_all(piece))
      return fail(file_error(code, "write", aside));
  }
  if (::fsync(tail->get()) != 0)
    return fail(file_error(errno, "sync", aside));
  if (::ftruncate(log.get(), static_cast<off_t>(offset)) != 0)
    return fail(file_error(errno, "cut", file));
  return aside;
}

} // namespace troupe::store
