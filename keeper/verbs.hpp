#pragma once

#include "protocol/record.hpp"
#include "protocol/values.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What supervisor and keeper say to each other: one JSON object a line over a private
/// stream socket, `{"verb": …, …}`, descriptors beside the line that names them.
/// Every order carries the supervisor's epoch; the keeper ignores an older one's.
namespace troupe::keeper {

/// Names one attempt; at most one attempt of a run is alive.
struct attempt_key {
  std::string run_id;
  std::uint32_t attempt = 0;

  friend auto operator<=>(const attempt_key&, const attempt_key&) = default;

  static constexpr auto fields() {
    return std::tuple{
      required("run_id", &attempt_key::run_id, "The run."),
      required("attempt", &attempt_key::attempt, "1, 2, 3 …"),
    };
  }
};

/// How the members of an attempt's tree are known, and so how its end is proved.
enum class tier : std::uint8_t { cgroup, subtree };

constexpr auto names(tier) {
  return std::to_array<std::string_view>({"cgroup", "subtree"});
}

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

  static constexpr auto fields() {
    return std::tuple{
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
    return std::tuple{
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
    return std::tuple{required("key", &close_order::key, "The attempt.")};
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
    return std::tuple{
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
    return std::tuple{
      required("key", &freeze_order::key, "The attempt."),
      required("frozen", &freeze_order::frozen, "Stop, or go on."),
    };
  }
};

/// Asks for a `kept` report of everything not forgotten.
struct list_order {
  std::uint64_t request = 0;

  static constexpr auto fields() {
    return std::tuple{
      optional("request", &list_order::request, "Echoed in the report.")};
  }
};

/// Drops an attempt that is gone; its exit.json stays.
struct forget_order {
  attempt_key key;

  static constexpr auto fields() {
    return std::tuple{required("key", &forget_order::key, "The attempt.")};
  }
};

/// The supervisor serves clients now; sent once after its start.
struct ready_order {
  std::string version;

  static constexpr auto fields() {
    return std::tuple{required("version", &ready_order::version, "Of the supervisor.")};
  }
};

/// The supervisor has ended all runs and asks the keeper to end the daemon.
struct quit_order {
  std::string reason;

  static constexpr auto fields() {
    return std::tuple{required("reason", &quit_order::reason, "For the log.")};
  }
};

struct pong_order {
  std::uint64_t n = 0;

  static constexpr auto fields() {
    return std::tuple{required("n", &pong_order::n, "Of the ping.")};
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
  pong_order>;

struct spawned_report {
  attempt_key key;
  int pid = 0;
  int root_pid = 0;
  tier proof = tier::subtree;
  std::optional<std::string> refusal;
  bool retriable = false;

  static constexpr auto fields() {
    return std::tuple{
      required("key", &spawned_report::key, "The attempt."),
      optional(
        "pid", &spawned_report::pid, "Main process; its pidfd comes beside this line."),
      optional(
        "root_pid",
        &spawned_report::root_pid,
        "Process that every member of its tree descends from; 0: its cgroup tells."),
      optional("proof", &spawned_report::proof, "Tier of the tree."),
      optional(
        "refusal",
        &spawned_report::refusal,
        "Why nothing was started, with what to do."),
      optional(
        "retriable",
        &spawned_report::retriable,
        "Whether the refusal may pass by itself (EAGAIN, EMFILE, ENOMEM)."),
    };
  }
};

/// The main process ended. Its tree may still live: see `gone`.
struct exited_report {
  attempt_key key;
  std::optional<int> code;
  std::optional<int> signal;
  bool tree_empty = false;
  std::uint64_t user_ms = 0;
  std::uint64_t system_ms = 0;
  std::optional<std::uint32_t> peak_memory_mb;
  std::optional<std::string> oom;
  timestamp at;

  static constexpr auto fields() {
    return std::tuple{
      required("key", &exited_report::key, "The attempt."),
      optional(
        "code", &exited_report::code, "Exit code; neither code nor signal: unknown."),
      optional("signal", &exited_report::signal, "Signal that killed it."),
      required(
        "tree_empty", &exited_report::tree_empty, "Whether nothing else of it lives."),
      optional(
        "user_ms",
        &exited_report::user_ms,
        "CPU time of the main process and reaped children."),
      optional("system_ms", &exited_report::system_ms, "As user_ms, in the kernel."),
      optional(
        "peak_memory_mb",
        &exited_report::peak_memory_mb,
        "Of the tree, else of the main process."),
      optional(
        "oom",
        &exited_report::oom,
        "proved: a counter says so; likely: SIGKILL not of ours."),
      required("at", &exited_report::at, "When it was reaped."),
    };
  }
};

/// Nothing of the tree is left.
struct gone_report {
  attempt_key key;
  tier proof = tier::subtree;
  timestamp at;

  static constexpr auto fields() {
    return std::tuple{
      required("key", &gone_report::key, "The attempt."),
      required("proof", &gone_report::proof, "How that is known."),
      required("at", &gone_report::at, "When it was seen."),
    };
  }
};

/// One attempt that the keeper holds.
struct kept_attempt {
  spawned_report spawned;
  std::optional<exited_report> exited;
  std::optional<gone_report> gone;
  std::uint64_t last_written = 0;

  static constexpr auto fields() {
    return std::tuple{
      required("spawned", &kept_attempt::spawned, "As reported."),
      optional("exited", &kept_attempt::exited, "If it has."),
      optional("gone", &kept_attempt::gone, "If it is."),
      required(
        "last_written",
        &kept_attempt::last_written,
        "Number of the last line accepted."),
    };
  }
};

struct kept_report {
  std::uint64_t request = 0;
  std::vector<kept_attempt> attempts;

  static constexpr auto fields() {
    return std::tuple{
      optional("request", &kept_report::request, "Of the list order."),
      required("attempts", &kept_report::attempts, "Everything not forgotten."),
    };
  }
};

/// A line could not be accepted: stdin is closed, or its queue is full (4 MiB).
struct unwritten_report {
  attempt_key key;
  std::uint64_t n = 0;
  std::string why;

  static constexpr auto fields() {
    return std::tuple{
      required("key", &unwritten_report::key, "The attempt."),
      required("n", &unwritten_report::n, "Of the line."),
      required("why", &unwritten_report::why, "closed or full."),
    };
  }
};

/// Please end all runs and then send quit: the daemon was told to stop.
struct stop_report {
  std::string reason;

  static constexpr auto fields() {
    return std::tuple{required("reason", &stop_report::reason, "For the runs' exit.")};
  }
};

struct ping_report {
  std::uint64_t n = 0;

  static constexpr auto fields() {
    return std::tuple{required("n", &ping_report::n, "Echoed by pong.")};
  }
};

using report = std::variant<
  spawned_report,
  exited_report,
  gone_report,
  kept_report,
  unwritten_report,
  stop_report,
  ping_report>;

} // namespace troupe::keeper
