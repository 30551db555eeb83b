#pragma once

#include "keeper/attempt_key.hpp"
#include "protocol/values.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the keeper tells of one attempt: its start, its end, and what it leaves.
namespace troupe::keeper {

/// What a keeper holds of an attempt in descriptors.
enum class belonging : std::uint8_t {
  process,      ///< pidfd of the agent.
  input,        ///< Write end of its stdin.
  spool,        ///< What is written there; see input.hpp.
  hold,         ///< The keeper's end of the socket to its hold.
  hold_process, ///< pidfd of the hold.
};

constexpr auto names(belonging) {
  return std::to_array<std::string_view>(
    {"process", "input", "spool", "hold", "hold_process"});
}

/// What another keeper needs to take over an attempt, should this one die. The
/// descriptors come beside the line, in this order.
struct bequest {
  std::string dir;
  std::string cgroup;
  std::string memory_cgroup;
  std::string pids_cgroup;
  std::optional<std::uint64_t> oom_kills;
  std::vector<belonging> beside;

  static constexpr auto fields() {
    return field_list{
      required("dir", &bequest::dir, "As ordered."),
      optional("cgroup", &bequest::cgroup, "Path of its v2 group; empty: a subtree."),
      optional("memory_cgroup", &bequest::memory_cgroup, "Of its v1 group, if any."),
      optional("pids_cgroup", &bequest::pids_cgroup, "Of its v1 group, if any."),
      optional(
        "oom_kills", &bequest::oom_kills, "The system's count when it was started."),
      optional("beside", &bequest::beside, "Which descriptor is which."),
    };
  }
};

struct spawned_report {
  attempt_key key;
  int pid = 0;
  int root_pid = 0;
  tier proof = tier::subtree;
  std::optional<std::string> refusal;
  bool retriable = false;
  bool memory_limited = false;
  bool processes_limited = false;
  std::optional<bequest> left;

  static constexpr auto fields() {
    return field_list{
      required("key", &spawned_report::key, "The attempt."),
      optional("pid", &spawned_report::pid, "Main process."),
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
      optional(
        "memory_limited",
        &spawned_report::memory_limited,
        "Whether the kernel holds the tree to the order's memory_mb."),
      optional(
        "processes_limited",
        &spawned_report::processes_limited,
        "Whether it holds the tree to the order's processes."),
      optional("left", &spawned_report::left, "Not of a refused one."),
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
  std::optional<std::uint64_t> forks_refused;
  timestamp at;

  static constexpr auto fields() {
    return field_list{
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
      optional(
        "forks_refused",
        &exited_report::forks_refused,
        "Forks and threads beyond the order's processes."),
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
    return field_list{
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
    return field_list{
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

} // namespace troupe::keeper
