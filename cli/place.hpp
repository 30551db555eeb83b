#pragma once

#include "protocol/hello.hpp"
#include "protocol/result.hpp"

#include <map>
#include <optional>
#include <string>

namespace troupe::cli {

/// The daemon that is meant, and how to start it.
struct place {
  std::string state;                      ///< State directory, absolute.
  std::string socket;                     ///< Where it listens.
  std::string program = "/proc/self/exe"; ///< Whose `keeper` command is the daemon.
  std::optional<std::string> config;      ///< Configuration file, absolute.
  std::optional<std::string> http; ///< Where a new daemon serves HTTP too; `off`: not.
  bool http_token = true;          ///< Whoever comes there needs a token.
  /// The process that a new daemon ends with: a keeper::identity as JSON. Absent: it is
  /// nobody's own.
  std::optional<std::string> owner;
  bool fleeting = false; ///< And with it ends the state directory.
  /// What shows that this is inside a run (see surroundings.hpp): an agent must not be
  /// able to bring up a daemon of its own.
  std::optional<std::string> inside_run;
};

/// Of the state directory given or the default one.
[[nodiscard]] result<place> find_place(
  const std::optional<std::string>& state, const std::optional<std::string>& config);

/// Why no daemon is started or stopped from here, what is true and what to do. Of a
/// place inside a run.
[[nodiscard]] std::string forbidden_inside(const place& where);

/// This process's environment. Entries that are not UTF-8 are left out: a line of JSON
/// cannot carry them.
[[nodiscard]] std::map<std::string, std::string> own_environment();

/// The greeting of this process, under a new random name.
[[nodiscard]] hello greeting(const std::optional<std::string>& toolsets);

} // namespace troupe::cli
