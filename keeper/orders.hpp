#pragma once

#include "keeper/attempt_key.hpp"
#include "keeper/tree_use.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What the supervisor tells the keeper.
namespace troupe::keeper {

/// How far the processes of an attempt may reach (keeper/landlock.hpp).
struct fence {
  std::vector<std::string> writable;
  std::vector<std::string> if_there;
  bool signals = false;
  std::optional<std::uint32_t> file_mb;
  std::optional<std::uint32_t> open_files;

  static constexpr auto fields() {
    return field_list{
      required("writable", &fence::writable, "What they may write to; must exist."),
      optional("if_there", &fence::if_there, "The same, where it exists."),
      optional("signals", &fence::signals, "Whether they may signal others."),
      optional("file_mb", &fence::file_mb, "Largest file they may write."),
      optional("open_files", &fence::open_files, "Descriptors a process."),
    };
  }
};

/// Starts an attempt. Idempotent by key; refused while another attempt of the run is
/// not proved gone. stdout and stderr are appended to stdout.ndjson and stderr.log in
/// `dir`.
struct spawn_order {
  attempt_key key;
  std::vector<std::string> argv;
  std::vector<std::string> env;
  std::string cwd;
  std::string dir;
  bool stdin_open = false;
  std::optional<std::uint32_t> memory_mb;
  std::optional<std::uint32_t> processes;
  std::optional<fence> confine;

  static constexpr auto fields() {
    return field_list{
      required("key", &spawn_order::key, "The attempt."),
      required(
        "argv", &spawn_order::argv, "Program and arguments; found on the env's PATH."),
      required("env", &spawn_order::env, "NAME=value, complete."),
      required("cwd", &spawn_order::cwd, "Directory to start in."),
      required(
        "dir", &spawn_order::dir, "Existing directory for transcript and exit.json."),
      required("stdin_open", &spawn_order::stdin_open, "A pipe; else /dev/null."),
      optional(
        "memory_mb",
        &spawn_order::memory_mb,
        "Limit of the tree where the tier has one."),
      optional(
        "processes",
        &spawn_order::processes,
        "Limit of the tree's processes and threads where the tier has one."),
      optional("confine", &spawn_order::confine, "Absent: as free as the keeper."),
    };
  }
};

/// Writes one whole line to the agent's stdin. A number at or below the last one
/// written is ignored, so that a repeat is harmless.
struct write_order {
  attempt_key key;
  std::uint64_t n = 0;
  std::string line;

  static constexpr auto fields() {
    return field_list{
      required("key", &write_order::key, "The attempt."),
      required("n", &write_order::n, "1, 2, 3 … of this attempt."),
      required("line", &write_order::line, "Without the newline."),
    };
  }
};

/// Closes the agent's stdin once everything accepted before is written.
struct close_order {
  attempt_key key;

  static constexpr auto fields() {
    return field_list{required("key", &close_order::key, "The attempt.")};
  }
};

enum class kill_scope : std::uint8_t { main, tree };

constexpr auto names(kill_scope) {
  return std::to_array<std::string_view>({"main", "tree"});
}

/// Signals the main process (SIGCONT follows a catchable signal), or ends the whole
/// tree with SIGKILL and proves it gone.
struct kill_order {
  attempt_key key;
  kill_scope scope = kill_scope::main;
  int signal = 15;

  static constexpr auto fields() {
    return field_list{
      required("key", &kill_order::key, "The attempt."),
      required("scope", &kill_order::scope, "main or tree."),
      optional("signal", &kill_order::signal, "For main."),
    };
  }
};

/// Stops or continues every process of the tree.
struct freeze_order {
  attempt_key key;
  bool frozen = true;

  static constexpr auto fields() {
    return field_list{
      required("key", &freeze_order::key, "The attempt."),
      required("frozen", &freeze_order::frozen, "Stop, or go on."),
    };
  }
};

/// Asks for a `kept` report of everything not forgotten. (Of each attempt that is not
/// gone, a supervisor is sent the `spawned` report when it is started.)
struct list_order {
  std::uint64_t request = 0;

  static constexpr auto fields() {
    return field_list{
      optional("request", &list_order::request, "Echoed in the report.")};
  }
};

/// Drops an attempt that is gone; its exit.json stays.
struct forget_order {
  attempt_key key;

  static constexpr auto fields() {
    return field_list{required("key", &forget_order::key, "The attempt.")};
  }
};

/// The supervisor serves clients now; sent once after its start.
struct ready_order {
  std::string version;

  static constexpr auto fields() {
    return field_list{required("version", &ready_order::version, "Of the supervisor.")};
  }
};

/// The supervisor has ended all runs and asks the keeper to end the daemon.
struct quit_order {
  std::string reason;

  static constexpr auto fields() {
    return field_list{required("reason", &quit_order::reason, "For the log.")};
  }
};

struct pong_order {
  std::uint64_t n = 0;

  static constexpr auto fields() {
    return field_list{required("n", &pong_order::n, "Of the ping.")};
  }
};

using order = std::variant<
  spawn_order,
  write_order,
  close_order,
  kill_order,
  freeze_order,
  list_order,
  forget_order,
  ready_order,
  quit_order,
  pong_order,
  sample_order>;

} // namespace troupe::keeper
