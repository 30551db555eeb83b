#include "keeper/beginning.hpp"

#include "keeper/log.hpp"

#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace troupe::keeper {

namespace {

namespace fs = std::filesystem;

/// A keeper holds several descriptors an agent; agents get what we were given.
rlimit raise_file_limit() {
  rlimit given{};
  getrlimit(RLIMIT_NOFILE, &given);
  const rlimit most{given.rlim_max, given.rlim_max};
  setrlimit(RLIMIT_NOFILE, &most);
  return given;
}

bool is_served(const std::string& state_dir) {
  const descriptor lock(open((state_dir + "/lock").c_str(), O_RDONLY | O_CLOEXEC));
  return lock && flock(lock.get(), LOCK_SH | LOCK_NB) < 0;
}

bool holds_work(const fs::path& state_dir) {
  std::error_code none;
  return fs::directory_iterator(state_dir / "worktrees", none) !=
         fs::directory_iterator();
}

} // namespace

beginning begin(const keeper_options& options) {
  if (options.manifest_fd < 0)
    return {
      lease::take(options.state_dir, options.socket),
      raise_file_limit(),
      umask(077),
      {}};
  auto all = inherit(options.manifest_fd);
  if (!all)
    return {fail(std::move(all.error())), {}, 0, {}};
  umask(077);
  const auto& will = all->will;
  return {
    lease::inherit(
      options.state_dir,
      options.socket,
      std::move(all->lock),
      std::move(all->listener),
      will.started_at),
    {will.files_soft, will.files_hard},
    will.umask,
    std::move(all->attempts)};
}

void tell_starter(int& fd, const std::string& line) {
  if (fd < 0)
    return;
  const auto text = line + "\n";
  [[maybe_unused]] const auto told = write(fd, text.data(), text.size());
  close(std::exchange(fd, -1));
}

bool remove_fleeting(const std::string& state_dir) {
  std::error_code why;
  if (!fs::exists(fs::path(state_dir) / fleeting_file, why) || is_served(state_dir))
    return false;
  if (holds_work(state_dir)) {
    log("kept because of its worktrees state=" + state_dir);
    return false;
  }
  fs::remove_all(state_dir, why);
  return !why;
}

} // namespace troupe::keeper
