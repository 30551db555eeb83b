#pragma once

#include "cli/run_options.hpp"
#include "cli/setup_options.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// What each command is told on the command line. RUN is a run's id, a unique prefix of
/// it, or the agent's name.
namespace troupe::cli {

/// Of the program, documented in docs/cli.md.
enum exit_code : int {
  exit_ok = 0,
  exit_failed = 1,
  exit_usage = 2,
  exit_attention = 3,
  exit_unreachable = 4,
  exit_timeout = 124,
};

struct mcp_options {
  std::optional<std::string> toolsets;
  bool standalone = false; ///< With a daemon of its own.
};

struct keeper_command {
  int ready_fd = -1;
  int manifest_fd = -1;
  std::optional<std::string> owner; ///< keeper::identity as JSON.
  bool fleeting = false;
};

enum class daemon_verb : std::uint8_t { status, stop, start, restart, upgrade, url };

struct daemon_options {
  daemon_verb what = daemon_verb::status;
  std::optional<std::string> program; ///< To upgrade to; else this one.
  std::optional<std::string> http;    ///< Where to serve HTTP, if it is started.
  bool http_no_token = false;
  bool as_json = false;
};

struct ps_options {
  bool all = false;
  bool as_json = false;
  std::optional<std::string> status;
  std::optional<std::string> backend;
};

struct logs_options {
  std::string run;
  bool follow = false;
  bool as_json = false;
  std::optional<std::uint64_t> last;
};

struct audit_options {
  std::optional<std::string> what;    ///< Only this tool or method.
  std::optional<std::string> outcome; ///< Only these.
  std::size_t last = 100;
  bool as_json = false;
};

/// A team as YAML.
struct team_options {
  std::string file;
  bool wait = false;
  bool as_json = false;
};

struct tree_options {
  std::optional<std::string> team;
  bool all = false;
  bool as_json = false;
};

/// Of a run or a team.
struct why_options {
  std::string id;
  bool as_json = false;
};

struct tools_options {
  bool as_json = false;
};

struct doctor_options {
  bool as_json = false;
};

/// A backend as an agent of the A2A protocol.
struct a2a_options {
  std::string backend = "claude_code";
  std::optional<std::string> cwd;
  std::optional<std::string> name;
  std::string listen = "127.0.0.1";
  std::uint16_t port = 0;
  std::optional<std::string> url;
  std::optional<std::string> token_env;
  bool no_token = false;
};

struct version_options {};

struct invocation {
  std::optional<std::string> state_dir;
  std::optional<std::string> config;
  std::variant<
    version_options,
    mcp_options,
    keeper_command,
    daemon_options,
    ps_options,
    logs_options,
    audit_options,
    show_options,
    wait_options,
    kill_options,
    run_options,
    answer_options,
    attach_options,
    takeover_options,
    team_options,
    tree_options,
    why_options,
    restart_options,
    diff_options,
    worktree_list_options,
    worktree_remove_options,
    tools_options,
    a2a_options,
    doctor_options,
    setup_options>
    what;
};

} // namespace troupe::cli
