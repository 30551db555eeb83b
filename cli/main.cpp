#include "cli/a2a_command.hpp"
#include "cli/arguments.hpp"
#include "cli/attach.hpp"
#include "cli/audit_command.hpp"
#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/daemon_command.hpp"
#include "cli/doctor.hpp"
#include "cli/follow.hpp"
#include "cli/keeper_command.hpp"
#include "cli/relay.hpp"
#include "cli/setup_command.hpp"
#include "cli/standalone.hpp"
#include "cli/team_command.hpp"
#include "cli/worktrees.hpp"
#include "keeper/hold.hpp"

#include <concepts>
#include <cstdio>
#include <optional>
#include <poll.h>
#include <string_view>
#include <unistd.h>

namespace {

using namespace troupe;
using namespace troupe::cli;

/// Commands that need no daemon to be there.
int obey(const place& where, const mcp_options& wanted) {
  return relay(where, greeting(wanted.toolsets));
}
int obey(const place& where, const keeper_command& told) {
  return keep(where, told);
}
int obey(const place& where, const daemon_options& wanted) {
  return command_daemon(where, wanted);
}
int obey(const place& where, const a2a_options& wanted) {
  return serve_a2a(where, wanted);
}
int obey(const place& where, const audit_options& wanted) {
  return show_audit(where, wanted);
}
int obey(const place& where, const doctor_options& wanted) {
  return examine(where, wanted);
}
int obey(const place& where, const setup_options& wanted) {
  return set_up(where, wanted);
}

int ask(door& at, const ps_options& wanted) {
  return list_runs_for(at, wanted);
}
int ask(door& at, const logs_options& wanted) {
  return show_logs(at, wanted);
}
int ask(door& at, const show_options& wanted) {
  return show_run(at, wanted);
}
int ask(door& at, const wait_options& wanted) {
  return wait_for(at, wanted);
}
int ask(door& at, const kill_options& wanted) {
  return kill_runs(at, wanted);
}
int ask(door& at, const run_options& wanted) {
  return start_run(at, wanted);
}
int ask(door& at, const answer_options& wanted) {
  return answer_run(at, wanted);
}
int ask(door& at, const attach_options& wanted) {
  return attach(at, wanted);
}
int ask(door& at, const takeover_options& wanted) {
  return take_over(at, wanted);
}
int ask(door& at, const team_options& wanted) {
  return start_team(at, wanted);
}
int ask(door& at, const tree_options& wanted) {
  return show_tree(at, wanted);
}
int ask(door& at, const why_options& wanted) {
  return show_why(at, wanted);
}
int ask(door& at, const restart_options& wanted) {
  return restart_one(at, wanted);
}
int ask(door& at, const diff_options& wanted) {
  return show_diff(at, wanted);
}
int ask(door& at, const worktree_list_options& wanted) {
  return show_worktrees(at, wanted);
}
int ask(door& at, const worktree_remove_options& wanted) {
  return remove_worktrees(at, wanted);
}
int ask(door& at, const tools_options& wanted) {
  return show_tools(at, wanted);
}

template <class Options>
requires requires(door& at, const Options& wanted) {
  ask(at, wanted);
}
int obey(const place& where, const Options& wanted) {
  constexpr bool shows_tools = std::same_as<Options, tools_options>;
  auto at =
    door::open(where, shows_tools ? std::nullopt : std::optional<std::string>("all"));
  return at ? ask(*at, wanted) : exit_with(at.error());
}

/// Needs nothing, not even a home directory.
int obey(const place&, const version_options&) {
  return exit_ok;
}

int run(const invocation& order) {
  if (std::holds_alternative<version_options>(order.what)) {
    print("troupe " TROUPE_VERSION "\n");
    return exit_ok;
  }
  const auto* server = std::get_if<mcp_options>(&order.what);
  if (server && server->standalone)
    return serve_alone(order.state_dir, order.config, server->toolsets);
  const auto where = find_place(order.state_dir, order.config);
  if (!where)
    return exit_with(where.error());
  return std::visit(
    [&](const auto& options) { return obey(*where, options); }, order.what);
}

/// Whether stdout is a pipe whose reader has left, as `head` does: it has what it
/// wanted.
bool nobody_listens() {
  pollfd out{STDOUT_FILENO, 0, 0};
  return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

} // namespace

int main(int argc, char** argv) {
  if (argc > 1 && std::string_view(argv[1]) == "hold")
    return keeper::hold_main(argc, argv);
  const auto order = read_arguments(argc, argv);
  const auto* told = std::get_if<advice>(&order);
  if (told)
    std::fputs(told->text.c_str(), told->code == exit_ok ? stdout : stderr);
  const int code = told ? told->code : run(std::get<invocation>(order));
  if ((std::fflush(stdout) == 0 && std::ferror(stdout) == 0) || nobody_listens())
    return code;
  complain("what there was to say could not all be written");
  return code == exit_ok ? exit_failed : code;
}
