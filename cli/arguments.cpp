#include "cli/arguments.hpp"

#include "cli/cells.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <sstream>

namespace troupe::cli {

namespace {

constexpr const char* footer =
  "RUN is a run's id, a unique prefix of it, or the agent's name; TEAM likewise.\n"
  "Exit codes: 0 ok, 1 failed, 2 usage, 3 needs attention, 4 daemon unreachable, "
  "124 timeout.";

/// A command's options are filled in by CLI11 and become the invocation when the
/// command was given.
class grammar {
public:
  explicit grammar(invocation& into) : into_(into) {
    app_.require_subcommand(1);
    app_.fallthrough();
    app_.footer(footer);
    app_.set_version_flag("--version", "troupe " TROUPE_VERSION, "Print the version");
    app_.add_option("--state-dir", into.state_dir, "State directory of the daemon");
    app_.add_option("--config", into.config, "Configuration file for a new daemon");
    add_servers();
    add_setup();
    add_views();
    add_orders();
    add_teams();
    add_worktrees();
    add_a2a();
    add_checks();
  }

  CLI::App& app() { return app_; }

private:
  template <class Options>
  CLI::App* command(const char* name, const char* about, Options& options) {
    auto* sub = app_.add_subcommand(name, about);
    sub->fallthrough();
    sub->callback([this, &options] { into_.what = options; });
    return sub;
  }

  void add_servers() {
    auto* mcp = command("mcp", "Serve MCP on stdin and stdout", mcp_);
    mcp->add_option("--toolsets", mcp_.toolsets, "Toolsets to list, comma-separated");
    mcp->add_flag(
      "--standalone", mcp_.standalone, "With a daemon of its own that ends with it");
    auto* keeper = command("keeper", "Internal: the daemon's root process", keeper_);
    keeper->group("");
    keeper->add_option("--ready-fd", keeper_.ready_fd, "Told when the daemon listens");
    keeper->add_option("--manifest-fd", keeper_.manifest_fd, "What a keeper left");
    keeper->add_option("--owner", keeper_.owner, "The process that it ends with");
    keeper->add_flag("--fleeting", keeper_.fleeting, "So does the state directory");
    auto* daemon = app_.add_subcommand("daemon", "Look at, start or stop the daemon");
    daemon->fallthrough();
    daemon->require_subcommand(0, 1);
    daemon->add_option(
      "--http", daemon_.http, "Start it, serving MCP over HTTP at this address too");
    daemon->add_flag(
      "--http-no-token", daemon_.http_no_token, "Over HTTP, let in whoever comes");
    daemon->callback([this, daemon] { begin_daemon(*daemon); });
    add_daemon(
      daemon, "status", "Whether it runs, and since when", daemon_verb::status);
    add_daemon(daemon, "stop", "End it and all runs", daemon_verb::stop);
    add_daemon(daemon, "start", "Start it if it does not run", daemon_verb::start);
    add_daemon(daemon, "restart", "stop, then start", daemon_verb::restart);
    add_daemon(
      daemon,
      "upgrade",
      "Put this version under the runs that go on",
      daemon_verb::upgrade)
      ->add_option("PROGRAM", daemon_.program, "The new troupe, if not this one");
    add_daemon(
      daemon,
      "url",
      "Where it serves HTTP, and the header to call it with",
      daemon_verb::url)
      ->add_flag("--json", daemon_.as_json, "As JSON");
  }

  /// `troupe daemon --http ADDRESS` is what a person means to start.
  void begin_daemon(const CLI::App& daemon) {
    const auto verbs = daemon.get_subcommands();
    if (!verbs.empty())
      return;
    if (!daemon_.http)
      throw CLI::RequiredError("status, start, stop, restart, upgrade or url");
    daemon_.what = daemon_verb::start;
    into_.what = daemon_;
  }

  CLI::App*
  add_daemon(CLI::App* daemon, const char* name, const char* about, daemon_verb verb) {
    auto* sub = daemon->add_subcommand(name, about);
    sub->fallthrough();
    sub->callback([this, verb] {
      if (daemon_.http && verb != daemon_verb::start && verb != daemon_verb::restart)
        throw CLI::ValidationError("--http", "goes with start or restart");
      daemon_.what = verb;
      into_.what = daemon_;
    });
    return sub;
  }

  void add_setup() {
    auto* setup = command("setup", "Enter Troupe in a client's configuration", setup_);
    setup->add_option("CLIENT", setup_.client, "claude, codex or gemini")
      ->required()
      ->transform(CLI::CheckedTransformer(std::map<std::string, client_program>{
        {"claude", client_program::claude},
        {"codex", client_program::codex},
        {"gemini", client_program::gemini}}))
      ->option_text("claude|codex|gemini");
    setup->add_flag("--dry-run", setup_.dry_run, "Only show what would change");
    setup->add_flag("--remove", setup_.remove, "Take it out again");
    setup->add_flag("--project", setup_.project, "For who works in this directory");
    auto* http = setup->add_flag("--http", setup_.http, "By the daemon's URL");
    setup->add_flag("--standalone", setup_.standalone, "A daemon of its own each")
      ->excludes(http);
    setup->add_option("--toolsets", setup_.toolsets, "As for mcp")->excludes(http);
    setup->add_option("--name", setup_.name, "Of the server; default troupe");
  }

  void add_views() {
    auto* ps = command("ps", "List live runs", ps_);
    ps->add_flag("-a,--all", ps_.all, "Ended runs too");
    ps->add_option("--status", ps_.status, "Only runs with this status");
    ps->add_option("--backend", ps_.backend, "Only runs of this backend");
    ps->add_flag("--json", ps_.as_json, "As JSON");
    auto* show = command("show", "Everything about a run", show_);
    show->add_option("RUN", show_.run)->required();
    show->add_flag("--json", show_.as_json, "As JSON");
    auto* logs = command("logs", "What a run has done", logs_);
    logs->add_option("RUN", logs_.run)->required();
    logs->add_flag("-f,--follow", logs_.follow, "Go on until the run has ended");
    logs->add_option("-n,--tail", logs_.last, "Only the last N events")
      ->check(CLI::NonNegativeNumber);
    logs->add_flag("--json", logs_.as_json, "Events as JSON, one a line");
    auto* audit = command("audit", "What clients asked of the daemon", audit_);
    audit->add_option("--what", audit_.what, "Only this tool or method");
    audit->add_option("--outcome", audit_.outcome, "Only ok, error or dropped");
    audit->add_option("-n,--tail", audit_.last, "Only the last N; 100 if absent")
      ->check(CLI::NonNegativeNumber);
    audit->add_flag("--json", audit_.as_json, "Entries as JSON, one a line");
  }

  void add_orders() {
    auto* run = command("run", "Start an agent and follow it", run_);
    run->add_option("PROMPT", run_.prompt, "What the agent is asked to do");
    run->add_option(
      "-b,--backend", run_.backend, "Default claude_code; process after --");
    run->add_option("--name", run_.name, "The agent's name");
    run->add_option("--cwd", run_.cwd, "Directory to work in");
    run->add_option("--model", run_.model, "Model, as the backend names it");
    run->add_option("--allow", run_.allow, "Tool pattern to allow, e.g. 'Bash(git *)'")
      ->allow_extra_args(false);
    run->add_flag(
      "--worktree", run_.worktree, "In a git worktree and branch of its own");
    run->add_flag("-d,--detach", run_.detach, "Print its id and return");
    run->add_flag("--json", run_.as_json, "Events as JSON, one a line");
    auto* wait = command("wait", "Wait until runs have ended", wait_);
    wait->add_option("RUN", wait_.runs)->required();
    wait->add_flag("--any", wait_.any, "Until the first of them has");
    wait->add_flag("--attention", wait_.attention, "Or until one needs an answer");
    wait->add_option("--timeout", wait_.timeout_s, "Seconds; then exit code 124")
      ->check(CLI::NonNegativeNumber);
    auto* kill = command("kill", "End runs or teams with all their processes", kill_);
    kill->add_option("RUN", kill_.runs)->required();
    kill->add_option("--timeout", kill_.timeout_s, "Seconds to wait for the proof")
      ->check(CLI::NonNegativeNumber);
    auto* answer = command("answer", "Answer a run, or give it its next turn", answer_);
    answer->add_option("RUN", answer_.run)->required();
    answer->add_option("ANSWER", answer_.text, "allow, deny, or any text")->required();
    auto* attach = command("attach", "Follow a run and speak with it", attach_);
    attach->add_option("RUN", attach_.run)->required();
    attach->add_option("-n,--tail", attach_.last, "Begin with the last N events, 10")
      ->check(CLI::NonNegativeNumber);
    auto* takeover = command(
      "takeover", "End a run; print how to go on in the agent's program", takeover_);
    takeover->add_option("RUN", takeover_.run)->required();
    takeover
      ->add_option("--timeout", takeover_.timeout_s, "Seconds to wait for its end")
      ->check(CLI::NonNegativeNumber);
  }

  void add_teams() {
    auto* team = app_.add_subcommand("team", "Start agents that depend on each other");
    team->fallthrough();
    team->require_subcommand(1);
    auto* begin = team->add_subcommand("start", "Start the team of a file");
    begin->fallthrough();
    begin->callback([this] { into_.what = team_; });
    begin->add_option("FILE", team_.file, "YAML; see examples/team.yml")->required();
    begin->add_flag("--wait", team_.wait, "Return when the team has ended");
    begin->add_flag("--json", team_.as_json, "As JSON");
    auto* tree = command("tree", "Teams and runs, and what each waits for", tree_);
    tree->add_option("TEAM", tree_.team, "Only this team");
    tree->add_flag("-a,--all", tree_.all, "Ended ones too");
    tree->add_flag("--json", tree_.as_json, "As JSON");
    auto* why = command("why", "The last decisions about a run or a team", why_);
    why->add_option("RUN", why_.id, "A run or a team")->required();
    why->add_flag("--json", why_.as_json, "As JSON");
    auto* restart =
      command("restart", "End an attempt and start another now", restart_);
    restart->add_option("RUN", restart_.run)->required();
    restart->add_flag("--fresh", restart_.fresh, "Without the conversation so far");
  }

  void add_worktrees() {
    auto* diff = command("diff", "What a run in a worktree changed", diff_);
    diff->add_option("RUN", diff_.run)->required();
    diff->add_flag("--stat", diff_.stat, "Only which files, and how much");
    diff->add_flag("--json", diff_.as_json, "As JSON");
    auto* trees = app_.add_subcommand("worktree", "Look at worktrees, or remove them");
    trees->fallthrough();
    trees->require_subcommand(1);
    auto* list = trees->add_subcommand("list", "Which there are, and why each stays");
    list->fallthrough();
    list->add_flag("--json", list_.as_json, "As JSON");
    list->callback([this] { into_.what = list_; });
    auto* remove = trees->add_subcommand("remove", "Remove those that hold no work");
    remove->fallthrough();
    remove->add_option("RUN", remove_.runs)->required();
    remove->callback([this] { into_.what = remove_; });
  }

  void add_a2a() {
    auto* a2a = app_.add_subcommand("a2a", "Be an agent of the A2A protocol");
    a2a->fallthrough();
    a2a->require_subcommand(1);
    auto* serve = a2a->add_subcommand("serve", "Serve a backend until interrupted");
    serve->fallthrough();
    serve->callback([this] { into_.what = a2a_; });
    serve->add_option("-b,--backend", a2a_.backend, "Default claude_code");
    serve->add_option("--cwd", a2a_.cwd, "Directory that contexts are in, or below");
    serve->add_option("--name", a2a_.name, "Of the agent, in its card");
    serve->add_option("--listen", a2a_.listen, "Address; default 127.0.0.1");
    serve->add_option("--port", a2a_.port, "Default: any that is free");
    serve->add_option("--url", a2a_.url, "How it is reached, behind a proxy");
    serve->add_option("--token-env", a2a_.token_env, "Variable that holds the token");
    serve->add_flag("--no-token", a2a_.no_token, "Let in whoever comes");
  }

  void add_checks() {
    command("tools", "The tools that clients see", tools_)
      ->add_flag("--json", tools_.as_json, "As JSON");
    command("doctor", "Check what Troupe needs", doctor_)
      ->add_flag("--json", doctor_.as_json, "As JSON");
    command("version", "The version of this program", version_);
  }

  invocation& into_;
  CLI::App app_{"Troupe supervises coding agents.", "troupe"};
  mcp_options mcp_;
  setup_options setup_;
  keeper_command keeper_;
  daemon_options daemon_;
  ps_options ps_;
  logs_options logs_;
  audit_options audit_;
  show_options show_;
  wait_options wait_;
  kill_options kill_;
  run_options run_;
  answer_options answer_;
  attach_options attach_;
  takeover_options takeover_;
  team_options team_;
  tree_options tree_;
  why_options why_;
  restart_options restart_;
  diff_options diff_;
  worktree_list_options list_;
  worktree_remove_options remove_;
  tools_options tools_;
  a2a_options a2a_;
  doctor_options doctor_;
  version_options version_;
};

/// What follows `--` in `troupe run` is a program's own: CLI11 does not get to see it.
std::vector<std::string> split_argv(std::vector<std::string>& arguments) {
  const auto dashes = std::ranges::find(arguments, "--");
  if (dashes == arguments.end() || std::ranges::find(arguments, "run") >= dashes)
    return {};
  std::vector<std::string> rest(std::next(dashes), arguments.end());
  arguments.erase(dashes, arguments.end());
  return rest;
}

/// CLI11 asks for a command even where one was given that it does not know.
std::string usage_error(const CLI::App& app, const CLI::ParseError& e) {
  const auto unknown = app.remaining();
  std::string text = "troupe: ";
  if (!unknown.empty())
    text += "no such command or option: " + printable(unknown.front());
  else if (app.get_subcommands().empty())
    text += "a command is needed";
  else
    text += app.get_subcommands().front()->get_name() + ": " + e.what();
  return text + "\nRun with --help for more information.\n";
}

std::optional<std::string> wrong_with(const run_options& run, bool dashes) {
  if (dashes && run.argv.empty())
    return "troupe run: after -- comes the program to run";
  if (dashes && !run.prompt.empty())
    return "troupe run: give a prompt, or a program after --, not both";
  if (!dashes && run.prompt.empty())
    return "troupe run: a prompt is needed, or a program after --";
  return {};
}

} // namespace

std::variant<invocation, advice> read_arguments(int argc, const char* const* argv) {
  std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto given = arguments.size();
  auto program = split_argv(arguments);
  const bool dashes = arguments.size() != given;
  std::ranges::reverse(arguments);
  invocation found;
  grammar rules(found);
  try {
    rules.app().parse(std::move(arguments));
  } catch (const CLI::ParseError& e) {
    std::ostringstream out;
    std::ostringstream err;
    if (rules.app().exit(e, out, err) == 0)
      return advice{out.str() + err.str(), exit_ok};
    return advice{usage_error(rules.app(), e), exit_usage};
  }
  if (auto* run = std::get_if<run_options>(&found.what)) {
    run->argv = std::move(program);
    if (const auto wrong = wrong_with(*run, dashes))
      return advice{*wrong + "\n", exit_usage};
  }
  return found;
}

} // namespace troupe::cli
