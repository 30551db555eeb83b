#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// What /proc says about processes; used where no cgroup knows the members of a tree.
/// A dead process counts until it is waited for.
namespace troupe::keeper {

/// Parent of a process; 0 if there is no such process.
[[nodiscard]] int parent_of(int pid);

/// Whether it is a child of ours that was not waited for: the pidfd proves that the
/// number is still its own.
[[nodiscard]] bool is_child(int pid, int pidfd);

/// False, with errno, if it was not sent.
bool send_signal(int pidfd, int signal);

/// Whether nobody has waited for the process yet.
[[nodiscard]] bool is_unreaped(int pidfd);

/// When it started, in ticks since boot; 0 if there is no such process.
[[nodiscard]] std::uint64_t start_of(int pid);

/// The status, as wait would give it, of a process that is dead and not waited for
/// (proc(5), field 52; the same user or root); else nothing.
[[nodiscard]] std::optional<int> status_of_zombie(int pid);

/// An oom_score_adj by which an agent goes before us when memory runs out. Only ever
/// raised: lowering needs a privilege.
[[nodiscard]] std::string raised_oom_score();

/// All processes there are.
[[nodiscard]] std::vector<int> all_processes();

/// Children of all threads of a process.
[[nodiscard]] std::vector<int> children_of(int pid);

/// The roots and everything below them. What forks meanwhile may be missing; what is
/// stopped cannot.
[[nodiscard]] std::vector<int> trees_of(const std::vector<int>& roots);

/// The children of `parent` that are meant, asked for again whenever it matters.
using find_roots = std::function<std::vector<int>()>;

/// Signals the roots and all below, each through a pidfd and after a second look at its
/// parent, so that a reused number is never hit.
void signal_trees(int parent, const find_roots& roots, int signal);

/// Stops the roots and all below until nothing new appears.
void stop_trees(int parent, const find_roots& roots);

/// One round of ending them: all stopped, then SIGKILL. Orphans of the dead move up to
/// the next subreaper: call again until nothing is left.
void kill_trees(int parent, const find_roots& roots);

} // namespace troupe::keeper
