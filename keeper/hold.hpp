#pragma once

#include "keeper/descriptor.hpp"
#include "keeper/spawn.hpp"

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

/// `troupe hold`: the tiny process that stands above an agent where there is no cgroup.
/// As a subreaper it inherits every orphan of the agent's tree, so that the whole tree
/// is what is below it; it lives until nothing is, and that is the proof.
namespace troupe::keeper {

/// What hold is given, by descriptor number; 0, 1, 2 are the agent's.
inline constexpr int hold_socket_fd = 3;  ///< SOCK_SEQPACKET; one hold_word a packet.
inline constexpr int hold_job_fd = 4;     ///< What to start; see hold_job.
inline constexpr int hold_lock_fd = 5;    ///< The state directory's lock, kept open.
inline constexpr int hold_ruleset_fd = 6; ///< Of Landlock, for a confined agent only.

/// What hold tells its keeper; last of all `emptied`: its status is told to its parent
/// only, and that may be another keeper's. Plain memory: both ends are the same
/// program, and a hold of another version is known by `form`.
struct hold_word {
  enum class about : std::uint32_t { started, refused, exited, emptied };

  static constexpr std::uint32_t form_now = 1;

  std::uint32_t form = form_now;
  about what = about::started;
  std::int32_t pid = 0;         ///< started; its pidfd is beside the packet.
  launch_failure why;           ///< refused
  std::int32_t cause = 0;       ///< exited: CLD_EXITED, CLD_KILLED, CLD_DUMPED.
  std::int32_t status = 0;      ///< exited
  std::uint32_t alone = 0;      ///< exited: nothing else is left.
  std::uint64_t user_ms = 0;    ///< exited
  std::uint64_t system_ms = 0;  ///< exited
  std::uint64_t rss_kb_max = 0; ///< exited
};
static_assert(std::is_trivially_copyable_v<hold_word>);

/// A launch written to a memory file (its program, cwd, argv, env and fences): an
/// agent's environment must not be hold's own.
[[nodiscard]] descriptor print_hold_job(const launch& what);

/// The main of `troupe hold`; takes no arguments. Ends the process with code 0 when
/// nothing of the tree is left; by _exit, because a sanitizer's leak check would start
/// a process that counts as the agent's. Ignores every signal that can be ignored. If
/// nobody holds the other end of its socket any more (the keeper is gone, and so is the
/// supervisor, which would be the next keeper), ends the tree.
[[noreturn]] int hold_main(int argc, char** argv);

} // namespace troupe::keeper
