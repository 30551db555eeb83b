#pragma once

#include "keeper/descriptor.hpp"
#include "protocol/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <vector>

namespace troupe::keeper {

/// A process to start: a new session, default signals, an empty signal mask, no other
/// descriptors than named here. Descriptors stay the caller's.
struct launch {
  std::string program; ///< A path; see find_program.
  std::vector<std::string> argv;
  std::vector<std::string> env;
  std::string cwd;                      ///< Empty: where the caller is.
  std::array<int, 3> stdio{-1, -1, -1}; ///< Become 0, 1, 2; -1 leaves one closed.
  std::vector<int> handed;              ///< Become 3, 4, 5 … (at most 4).
  int cgroup = -1;                      ///< Directory of a cgroup v2 to be born in.
  std::array<int, 2> procs{-1, -1};     ///< Open cgroup.procs of v1 groups to join.
  std::optional<mode_t> umask;          ///< If not the caller's.
  std::optional<rlimit> files;          ///< RLIMIT_NOFILE, if not the caller's.
  std::optional<rlimit> file_bytes;     ///< RLIMIT_FSIZE, if not the caller's.
  std::string oom_score_adj;            ///< Empty: the caller's.
  int ruleset = -1; ///< Of Landlock, put on with no_new_privs and without core dumps.
};

struct launched {
  int pid = 0;
  descriptor pidfd;
};

enum class launch_step : std::uint8_t {
  clone,
  session,
  group,
  stdio,
  files,
  cwd,
  confine,
  exec
};

struct launch_failure {
  launch_step step = launch_step::clone;
  int error = 0; ///< errno
};

/// For execve, which changes none of them; with the null at the end.
[[nodiscard]] std::vector<char*> pointers(const std::vector<std::string>& texts);

/// This process's own environment, without one variable.
[[nodiscard]] std::vector<std::string> own_environment(std::string_view but = {});

/// Starts it with clone3 (VM, VFORK, PIDFD, CLEAR_SIGHAND; kernel 5.5,
/// INTO_CGROUP 5.7): costs the same whatever the caller's memory, and blocks the
/// calling thread until the program runs or is refused. Nothing is left of a refused
/// one. The caller must not have SIGCHLD ignored.
[[nodiscard]] tl::expected<launched, launch_failure> start(const launch& what);

/// The path of `name`: itself if it has a slash (then seen from `cwd`), else the first
/// match on the PATH of `env`. The failure says where it was looked for.
[[nodiscard]] result<std::string> find_program(
  const std::string& name, const std::vector<std::string>& env, const std::string& cwd);

/// Why nothing was started, in words, with what to do.
[[nodiscard]] std::string explain(const launch_failure& why, const launch& what);

/// Whether the same may succeed later without anyone's doing.
[[nodiscard]] bool may_pass(const launch_failure& why);

} // namespace troupe::keeper
