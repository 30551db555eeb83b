#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the commands about runs and their worktrees are told.
namespace troupe::cli {

struct show_options {
  std::string run;
  bool as_json = false;
};

struct wait_options {
  std::vector<std::string> runs;
  bool any = false;
  bool attention = false;
  std::optional<std::uint32_t> timeout_s;
};

struct kill_options {
  std::vector<std::string> runs;
  std::uint32_t timeout_s = 30;
};

/// A prompt for an agent, or the argv of a process after `--`.
struct run_options {
  std::vector<std::string> prompt;
  std::vector<std::string> argv;
  std::optional<std::string> backend;
  std::optional<std::string> name;
  std::optional<std::string> cwd;
  std::optional<std::string> model;
  std::vector<std::string> allow;
  bool worktree = false;
  bool detach = false;
  bool as_json = false;
};

struct answer_options {
  std::string run;
  std::vector<std::string> text;
};

struct attach_options {
  std::string run;
  std::uint64_t last = 10;
};

struct takeover_options {
  std::string run;
  std::uint32_t timeout_s = 30;
};

struct restart_options {
  std::string run;
  bool fresh = false;
};

struct diff_options {
  std::string run;
  bool stat = false;
  bool as_json = false;
};

struct worktree_list_options {
  bool as_json = false;
};

struct worktree_remove_options {
  std::vector<std::string> runs;
};

} // namespace troupe::cli
