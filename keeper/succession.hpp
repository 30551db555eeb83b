#pragma once

#include "keeper/descriptor.hpp"
#include "keeper/reports.hpp"
#include "protocol/result.hpp"

#include <csignal>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// How one keeper follows another while agents live: the process that holds everything
/// becomes the new keeper by exec, so that nothing is ever between two processes. That
/// process is the keeper itself (an upgrade), or the supervisor of a keeper that was
/// killed. What is handed over is a manifest in a memory file and the descriptors that
/// it names, which stay open over the exec.
namespace troupe::keeper {

/// An attempt, as it was last known.
struct left_attempt {
  spawned_report spawned; ///< With `left`.
  std::optional<exited_report> exited;
  std::optional<gone_report> gone;
  std::vector<int> descriptors;

  static constexpr auto fields() {
    return field_list{
      required("spawned", &left_attempt::spawned, "As reported."),
      optional("exited", &left_attempt::exited, "If that was reported."),
      optional("gone", &left_attempt::gone, "If that was reported."),
      optional("descriptors", &left_attempt::descriptors, "As `left` says."),
    };
  }
};

struct manifest {
  static constexpr std::uint32_t form_now = 1;

  std::uint32_t form = form_now;
  int lock = -1;
  int listener = -1;
  will_report will;
  std::vector<left_attempt> attempts;

  static constexpr auto fields() {
    return field_list{
      required("form", &manifest::form, "Of this record; another is refused."),
      required("lock", &manifest::lock, "The state directory's lock."),
      required("listener", &manifest::listener, "The listening socket."),
      required("will", &manifest::will, "Of the keeper before."),
      optional("attempts", &manifest::attempts, "Everything not forgotten."),
    };
  }
};

/// What a keeper takes from a signalfd. Blocked over the exec, so that none is lost.
[[nodiscard]] sigset_t keeper_signals();

using belongings = std::map<belonging, descriptor>;

/// What a keeper begins with that follows another.
struct inheritance {
  struct part {
    left_attempt known;
    belongings things;
  };

  descriptor lock;
  descriptor listener;
  will_report will;
  std::vector<part> attempts;
};

/// As the memory file that `inherit` reads; the descriptors are not touched.
[[nodiscard]] result<descriptor> print_manifest(const manifest& what);

/// Executes `argv` with `--manifest-fd N`, keeping stdio and what the manifest names.
/// Returns only if that cannot be done: why. Nothing has changed then.
[[nodiscard]] error become_keeper(std::vector<std::string> argv, const manifest& what);

/// On the other side, before anything else is opened. Takes every descriptor that is
/// named, closes every other one but stdio; from now on none is handed to a program by
/// accident.
[[nodiscard]] result<inheritance> inherit(int manifest_fd);

} // namespace troupe::keeper
