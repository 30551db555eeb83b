#include "cli/client_file.hpp"

#include "keeper/files.hpp"

#include <array>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace troupe::cli {

using keeper::descriptor;
using keeper::fail_errno;

namespace {

constexpr int lock_patience_ms = 5'000;
constexpr int lock_look_ms = 50;
constexpr std::time_t left_behind_s = 10;
} // namespace

client_file::client_file(std::string path, bool shared)
  : path_(std::move(path)), shared_(shared) {
  std::error_code ignored;
  const auto itself = std::filesystem::weakly_canonical(path_, ignored);
  if (!ignored)
    path_ = itself.string();
}

result<std::optional<std::string>> client_file::read() const {
  const descriptor file(open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file && errno == ENOENT)
    return std::optional<std::string>();
  std::string text;
  std::array<char, 64 * 1024> block{};
  while (file && text.size() <= bytes_max) {
    const auto n = ::read(file.get(), block.data(), block.size());
    if (n < 0 && errno == EINTR)
      continue;
    if (n < 0)
      break;
    if (n == 0)
      return std::optional(std::move(text));
    text.append(block.data(), static_cast<std::size_t>(n));
  }
  if (text.size() > bytes_max)
    return fail(errc::refused, path_ + " is larger than any configuration");
  return fail_errno(errc::refused, "cannot read", path_);
}

result<void> client_file::write(const std::string& text) {
  struct stat old {};
  const bool is_there = stat(path_.c_str(), &old) == 0;
  const mode_t mode = is_there ? old.st_mode & 07777U : (shared_ ? 0644U : 0600U);
  std::error_code ignored;
  std::filesystem::create_directories(
    std::filesystem::path(path_).parent_path(), ignored);
  auto fresh = path_ + ".XXXXXX";
  const descriptor file(mkostemp(fresh.data(), O_CLOEXEC));
  if (!file)
    return fail_errno(errc::refused, "cannot write beside", path_);
  const bool done = keeper::write_all(file.get(), text) &&
                    fchmod(file.get(), mode) == 0 && fsync(file.get()) == 0 &&
                    rename(fresh.c_str(), path_.c_str()) == 0;
  if (done)
    return {};
  auto why = fail_errno(errc::refused, "cannot write", path_);
  unlink(fresh.c_str());
  return why;
}

result<void> client_file::replace(
  const std::optional<std::string>& was, const std::optional<std::string>& text) {
  const auto now = read();
  if (!now)
    return fail(now.error());
  if (*now != was)
    return fail(
      errc::busy, path_ + " was changed by somebody else just now; try again");
  if (text)
    return write(*text);
  if (was && unlink(path_.c_str()) < 0)
    return fail_errno(errc::refused, "cannot remove", path_);
  return {};
}

result<client_lock> client_lock::take(const std::string& file) {
  const auto path = file + ".lock";
  for (int waited = 0; mkdir(path.c_str(), 0700) < 0; waited += lock_look_ms) {
    struct stat facts {};
    if (errno == ENOENT)
      return client_lock("");
    if (errno != EEXIST)
      return fail_errno(errc::refused, "cannot lock", path);
    if (
      stat(path.c_str(), &facts) == 0 &&
      std::time(nullptr) - facts.st_mtime > left_behind_s)
      rmdir(path.c_str());
    else if (waited >= lock_patience_ms)
      return fail(
        errc::busy,
        file + " is locked by its program (" + path +
          "); try again, or remove that "
          "directory if no program runs that writes it");
    else
      poll(nullptr, 0, lock_look_ms);
  }
  return client_lock(path);
}

client_lock::~client_lock() {
  if (!path_.empty())
    rmdir(path_.c_str());
}

} // namespace troupe::cli
