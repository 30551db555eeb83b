#include "keeper/succession.hpp"

#include "keeper/files.hpp"
#include "keeper/spawn.hpp"
#include "protocol/json.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::keeper {

namespace {

std::vector<int> named_in(const manifest& what) {
  std::vector<int> all{what.lock, what.listener};
  for (const auto& each : what.attempts)
    all.insert(all.end(), each.descriptors.begin(), each.descriptors.end());
  std::erase_if(all, [](int fd) { return fd < 0; });
  return all;
}

void set_inherited(const std::vector<int>& fds, bool inherited) {
  for (const int fd : fds)
    fcntl(fd, F_SETFD, inherited ? 0 : FD_CLOEXEC);
}

/// While the process became another program, its other threads may have opened some.
void close_all_but(std::vector<int> kept) {
  std::ranges::sort(kept);
  int from = STDERR_FILENO + 1;
  for (const int fd : kept) {
    if (fd > from)
      close_range(static_cast<unsigned>(from), static_cast<unsigned>(fd - 1), 0);
    from = std::max(from, fd + 1);
  }
  close_range(static_cast<unsigned>(from), ~0U, 0);
}

result<manifest> read_manifest(int fd) {
  struct stat facts {};
  if (fstat(fd, &facts) < 0)
    return fail_errno(errc::invalid_argument, "cannot read", "the manifest");
  std::string text(static_cast<std::size_t>(facts.st_size), '\0');
  const auto n = pread(fd, text.data(), text.size(), 0);
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  auto what = decode_text<manifest>(text);
  if (what && what->form != manifest::form_now)
    return fail(
      errc::invalid_argument, "the manifest is of form " + std::to_string(what->form));
  return what;
}

bool is_open(int fd) {
  return fcntl(fd, F_GETFD) >= 0;
}

inheritance::part take(left_attempt&& known) {
  inheritance::part all{std::move(known), {}};
  const auto& fds = all.known.descriptors;
  static const std::vector<belonging> none;
  const auto& names = all.known.spawned.left ? all.known.spawned.left->beside : none;
  for (std::size_t i = 0; i < std::min(fds.size(), names.size()); ++i)
    if (is_open(fds[i]))
      all.things[names[i]] = descriptor(fds[i]);
  return all;
}

} // namespace

result<descriptor> print_manifest(const manifest& what) {
  const auto text = encode_text(what);
  descriptor file(memfd_create("troupe-manifest", MFD_CLOEXEC));
  for (std::string_view rest = text; file && !rest.empty();) {
    const auto n = write(file.get(), rest.data(), rest.size());
    if (n <= 0)
      file.reset();
    else
      rest.remove_prefix(static_cast<std::size_t>(n));
  }
  if (!file)
    return fail_errno(errc::busy, "cannot write", "the manifest");
  return file;
}

sigset_t keeper_signals() {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int s : {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGPIPE})
    sigaddset(&wanted, s);
  return wanted;
}

error become_keeper(std::vector<std::string> argv, const manifest& what) {
  const auto file = print_manifest(what);
  if (!file)
    return file.error();
  auto kept = named_in(what);
  kept.push_back(file->get());
  argv.insert(argv.end(), {"--manifest-fd", std::to_string(file->get())});
  close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
  set_inherited(kept, true);
  sigset_t before;
  const auto deferred = keeper_signals();
  pthread_sigmask(SIG_BLOCK, &deferred, &before);
  const auto env = own_environment("TROUPE_EPOCH");
  execve(argv.front().c_str(), pointers(argv).data(), pointers(env).data());
  const int why = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  set_inherited(kept, false);
  return {errc::refused, "cannot execute " + argv.front() + ": " + std::strerror(why)};
}

result<inheritance> inherit(int manifest_fd) {
  const descriptor file(manifest_fd);
  auto what = read_manifest(file.get());
  if (!what)
    return fail(std::move(what.error()));
  auto kept = named_in(*what);
  set_inherited(kept, false);
  kept.push_back(manifest_fd);
  close_all_but(std::move(kept));
  inheritance all;
  all.lock.reset(what->lock);
  all.listener.reset(what->listener);
  all.will = std::move(what->will);
  for (auto& each : what->attempts)
    all.attempts.push_back(take(std::move(each)));
  return all;
}

} // namespace troupe::keeper
