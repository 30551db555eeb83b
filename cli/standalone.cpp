#include "cli/standalone.hpp"

#include "cli/console.hpp"
#include "cli/relay.hpp"
#include "cli/running.hpp"
#include "cli/starter.hpp"
#include "keeper/beginning.hpp"
#include "keeper/files.hpp"
#include "keeper/identity.hpp"
#include "keeper/paths.hpp"
#include "keeper/processes.hpp"
#include "protocol/json.hpp"

#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <poll.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace troupe::cli {

namespace {

using keeper::descriptor;
using namespace std::string_literals;

constexpr int all_ended_ms = 25'000;
constexpr int another_look_ms = 20;
constexpr int dying_ms = 250;
constexpr std::size_t leftovers_max = 8;

/// A place and the lock that says that its client lives.
struct own_place {
  place where;
  descriptor lock;
};

result<descriptor> open_lock(const std::string& path) {
  descriptor lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock)
    return keeper::fail_errno(errc::refused, "cannot open", path);
  return lock;
}

std::string lock_in(const std::string& directory) {
  return directory + "/" + keeper::fleeting_file;
}

std::string this_process() {
  const descriptor own(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)));
  return encode_text(keeper::identify(getpid(), own.get()));
}

/// The daemon of a standalone client that has just left: it ends by itself.
bool is_leaving(const found_keeper& daemon) {
  const auto words = keeper::read_file(keeper::proc(daemon.info.pid, "cmdline"));
  return words && words->find("\0--owner\0"s) != std::string::npos;
}

result<void> wait_until_free(const place& where) {
  for (int waited = 0; connect_to(where.socket); waited += another_look_ms) {
    const auto daemon = find_keeper(where);
    if (waited >= all_ended_ms || (daemon && !is_leaving(*daemon)))
      return fail(
        errc::conflict,
        "a daemon serves " + where.state +
          " already; leave --state-dir out to get one of your own, leave --standalone "
          "out to join it, or end it: troupe daemon stop --state-dir " +
          where.state);
    poll(nullptr, 0, another_look_ms);
  }
  return {};
}

result<own_place>
settle(const std::string& directory, const std::optional<std::string>& config) {
  if (auto made = keeper::private_directory(directory); !made)
    return fail(std::move(made.error()));
  auto lock = open_lock(lock_in(directory));
  if (!lock)
    return fail(std::move(lock.error()));
  if (flock(lock->get(), LOCK_EX | LOCK_NB) < 0)
    return fail(
      errc::conflict,
      "another `troupe mcp --standalone` lives in " + directory +
        "; give this one a --state-dir of its own, or none");
  auto where = find_place(directory, config);
  if (!where)
    return fail(std::move(where.error()));
  where->owner = this_process();
  where->http = "off";
  return own_place{std::move(*where), std::move(*lock)};
}

/// Whether a daemon answers there for longer than one that is being killed does.
bool stays(const place& where) {
  for (int waited = 0; connect_to(where.socket); waited += another_look_ms) {
    if (waited >= dying_ms)
      return true;
    poll(nullptr, 0, another_look_ms);
  }
  return false;
}

/// One whose client and daemon were killed together. The number 0 is no process: its
/// keeper ends what is left and removes the directory.
std::optional<place> left_over(const std::string& directory) {
  const auto lock = open_lock(lock_in(directory));
  if (!lock || flock(lock->get(), LOCK_EX | LOCK_NB) < 0)
    return {};
  std::error_code none;
  const auto worktrees = std::filesystem::path(directory) / "worktrees";
  auto where = find_place(directory, {});
  if (
    !where || stays(*where) || !std::filesystem::exists(lock_in(directory), none) ||
    std::filesystem::directory_iterator(worktrees, none) !=
      std::filesystem::directory_iterator())
    return {};
  where->owner = encode_text(keeper::identity{keeper::boot_id(), 0, 0, {}});
  where->fleeting = true;
  where->http = "off";
  return std::move(*where);
}

std::vector<place> leftovers(const std::string& base) {
  std::vector<place> found;
  std::error_code why;
  for (const auto& entry : std::filesystem::directory_iterator(base, why)) {
    if (found.size() < leftovers_max && entry.is_directory(why))
      if (auto where = left_over(entry.path().string()))
        found.push_back(std::move(*where));
  }
  return found;
}

struct fresh_place {
  own_place own;
  std::vector<place> leftovers;
};

/// One at a time: a directory that is new and not locked yet looks like a leftover.
result<fresh_place>
make_place(const std::string& base, const std::optional<std::string>& config) {
  if (auto made = keeper::private_directory(base); !made)
    return fail(std::move(made.error()));
  const auto turn = open_lock(base + "/lock");
  if (!turn)
    return fail(turn.error());
  while (flock(turn->get(), LOCK_EX) < 0)
    if (errno != EINTR)
      return keeper::fail_errno(errc::internal, "cannot lock", base);
  auto old = leftovers(base);
  auto name = base + "/XXXXXX";
  if (!mkdtemp(name.data()))
    return keeper::fail_errno(errc::refused, "cannot make a directory in", base);
  auto own = settle(name, config);
  if (!own)
    return fail(std::move(own.error()));
  own->where.fleeting = true;
  return fresh_place{std::move(*own), std::move(old)};
}

/// Whoever is killed here has done no harm: the daemon sees it.
void dismiss(const own_place& own) {
  const auto daemon = find_keeper(own.where);
  if (daemon) {
    keeper::send_signal(daemon->process.get(), SIGTERM);
    pollfd end{daemon->process.get(), POLLIN, 0};
    if (poll(&end, 1, all_ended_ms) != 1)
      complain("not all agents have ended yet; the daemon goes on ending them");
  } else if (own.where.fleeting) {
    keeper::remove_fleeting(own.where.state);
  }
}

int relay_alone(const own_place& own, const std::optional<std::string>& toolsets) {
  const int code = relay(own.where, greeting(toolsets));
  dismiss(own);
  return code;
}

} // namespace

int serve_alone(
  const std::optional<std::string>& state_dir,
  const std::optional<std::string>& config,
  const std::optional<std::string>& toolsets) {
  const auto usual = find_place(state_dir, config);
  if (!usual)
    return exit_with(usual.error());
  if (usual->inside_run)
    return relay(*usual, greeting(toolsets));
  if (state_dir) {
    const auto own = settle(usual->state, config);
    const auto free = own ? wait_until_free(own->where) : result<void>();
    if (!own || !free)
      return exit_with(own ? free.error() : own.error());
    return relay_alone(*own, toolsets);
  }
  const auto fresh = make_place(usual->state + "-standalone", config);
  if (!fresh)
    return exit_with(fresh.error());
  complain("standalone in " + fresh->own.where.state);
  std::vector<std::unique_ptr<starter>> clearing;
  for (const auto& old : fresh->leftovers)
    clearing.push_back(std::make_unique<starter>(old));
  return relay_alone(fresh->own, toolsets);
}

} // namespace troupe::cli
