#include "gateway/verbs.hpp"
#include "gateway/why.hpp"

namespace troupe::mcp {

namespace {

using namespace std::chrono_literals;

/// How long an answer may take. Longer than what the caller may ask to wait.
struct deadline {
  static constexpr auto answer = 15s;
  static constexpr auto poll = 40s;
  static constexpr auto wait = 60s;
  static constexpr auto stop = 60s;
  static constexpr auto files = 60s; ///< Of a repository.
};

/// Leaves out the last rows of a page that does not fit; the cursor is its last row.
void cut(run_page& page, std::size_t bytes_max) {
  if (encode_text(page).size() <= bytes_max)
    return;
  page.next_cursor = page.runs.back().run_id;
  auto bytes = encode_text(page).size();
  while (page.runs.size() > 1 && bytes > bytes_max) {
    bytes -= encode_text(page.runs.back()).size() + 1;
    page.runs.pop_back();
  }
  page.next_cursor = page.runs.back().run_id;
}

void list_within(const inquiry& q, list_runs params, reply_to<run_page> reply) {
  ask<list_runs>(q, &desk::registry, std::move(params), [reply](result<run_page> page) {
    if (page)
      cut(*page, answer_bytes_default);
    reply(std::move(page));
  });
}

std::optional<std::string> runs_waited_for(const json& answer) {
  if (answer.value("satisfied", true))
    return {};
  const auto waiting = answer.value("still_waiting", json::array());
  const auto runs = answer.value("runs", json::array());
  std::string text = "waits for " + std::to_string(waiting.size()) + " of " +
                     std::to_string(runs.size()) + " runs:";
  for (const auto& run : runs)
    if (std::ranges::find(waiting, run.value("run_id", json())) != waiting.end())
      text += " " + run.value("run_id", "") + " (" + run.value("status", "") + ": " +
              run.value("summary", "") + ")";
  return one_line(text, 400);
}

} // namespace

// NOLINTNEXTLINE(readability-function-size): it is a table.
const std::vector<tool_row>& tools() {
  static const std::vector<tool_row> table{
    row<spawn_run>(
      &desk::runs,
      {.name = "spawn_run",
       .title = "Start an agent",
       .description =
         "Starts one supervised agent on a prompt and returns its run_id at once. The "
         "run goes on when this client leaves; it is restarted after a crash. Start "
         "several to work in parallel. Next: wait_runs.",
       .toolset = "runs",
       .open_world = true,
       .timeout = deadline::files}),
    row<get_run>(
      &desk::registry,
      {.name = "get_run",
       .title = "Look at a run",
       .description =
         "Tells all about one run: status, what it did last, its answer or error, "
         "attempts and restarts with their reasons, and pending requests. Cheap; never "
         "disturbs the agent. Next: continue_run if something is pending, poll_events "
         "for details of what it did.",
       .toolset = "runs",
       .read_only = true,
       .idempotent = true,
       .timeout = deadline::answer}),
    row<poll_events>(
      &desk::registry,
      {.name = "poll_events",
       .title = "Read what a run did",
       .description =
         "Reads the events of one run in order: messages, commands, file changes, "
         "requests. Waits up to wait_ms for the first. Give next_after_seq as "
         "after_seq "
         "to go on; for the newest only, start near last_seq of get_run. To wait for "
         "the end use wait_runs.",
       .toolset = "runs",
       .read_only = true,
       .idempotent = true,
       .waits = true,
       .timeout = deadline::poll}),
    row<cancel_run>(
      &desk::registry,
      {.name = "cancel_run",
       .title = "Stop a run",
       .description =
         "Stops one run for good and ends its whole process tree; work of the turn "
         "that "
         "is not on disk is lost. Only on order of the user. Says cancelled when the "
         "tree is proved gone; with phase stopping, call get_run later. A cancelled "
         "run "
         "is never restarted.",
       .toolset = "runs",
       .destructive = true,
       .idempotent = true,
       .waits = true,
       .timeout = deadline::stop}),
    row<continue_run>(
      &desk::registry,
      {.name = "continue_run",
       .title = "Answer or go on with a run",
       .description =
         "Says something to a run: answers its pending request (allow, deny: why, or "
         "the answer to a question), else gives the next turn. A run that has ended is "
         "resumed as a new run in the same conversation: use its run_id from then on. "
         "Next: wait_runs.",
       .toolset = "runs",
       .open_world = true,
       .timeout = deadline::answer}),
    row<list_pending>(
      &desk::registry,
      {.name = "list_pending",
       .title = "List open questions",
       .description =
         "Lists what agents ask and nobody has answered, of all runs, oldest first. "
         "Answer each with continue_run: its run_id, and as input_message {parts: "
         "[{type: data, data: {request_id, decision, message}}]}; decision is one of "
         "its options. Any order will do.",
       .toolset = "runs",
       .read_only = true,
       .idempotent = true,
       .timeout = deadline::answer}),
    row<list_runs, run_page>(
      list_within,
      {.name = "list_runs",
       .title = "List runs",
       .description =
         "Lists runs, newest first, with status and what each did last in one line. "
         "Filter by status, backend or cwd; give next_cursor as cursor for the next "
         "page. Next: get_run for one of them.",
       .toolset = "runs",
       .read_only = true,
       .idempotent = true,
       .timeout = deadline::answer}),
    row<wait_runs>(
      &desk::registry,
      {.name = "wait_runs",
       .title = "Wait for runs",
       .description =
         "Waits until all (or any) of the runs have ended or need an answer, at most "
         "wait_ms; costs nothing meanwhile. satisfied false only means that time ran "
         "out: call it again, the runs go on. Next: get_run for those that ended, "
         "continue_run for those with pending_requests.",
       .toolset = "runs",
       .read_only = true,
       .idempotent = true,
       .waits = true,
       .timeout = deadline::wait,
       .waits_for = runs_waited_for}),
    row<get_event_artifact>(
      &desk::registry,
      {.name = "get_event_artifact",
       .title = "Read the whole of an event",
       .description =
         "Gives the bytes of one field of an event that poll_events has shortened: its "
         "seq, and as field_path the pointer that truncated names. Ends between "
         "characters; give next_offset as offset for more.",
       .toolset = "artifacts",
       .read_only = true,
       .idempotent = true,
       .timeout = deadline::poll}),
    row<list_agents>(
      &desk::registry,
      {.name = "list_agents",
       .title = "List agents by name",
       .description =
         "Lists the agents that can be written to, live ones first: names, what they "
         "are for, where each is. Next: send_agent_message to one of them.",
       .toolset = "agents",
       .read_only = true,
       .idempotent = true,
       .timeout = deadline::answer}),
    row<send_agent_message>(
      &desk::registry,
      {.name = "send_agent_message",
       .title = "Write to an agent",
       .description =
         "Puts a message into an agent's inbox: a live agent has it as its next turn, "
         "or, with priority interrupt, at once; one that has ended with its next run. "
         "It answers nothing that an agent asks: that is continue_run. Next: "
         "fetch_agent_messages of that agent for the receipt, or of your own inbox for "
         "an answer.",
       .toolset = "agents",
       .open_world = true,
       .timeout = deadline::stop}),
    row<fetch_agent_messages>(
      &desk::registry,
      {.name = "fetch_agent_messages",
       .title = "Read an inbox",
       .description =
         "Reads the messages of an inbox with their receipts, oldest first. An agent "
         "reads its own without a name; what it has read comes as no turn any more. Of "
         "another agent it sees what it sent there. Give next_after_seq as after_seq "
         "to go on, wait_ms to wait for an answer.",
       .toolset = "agents",
       .idempotent = true,
       .waits = true,
       .timeout = deadline::wait}),
    row(
      start_claude,
      {.name = "start_claude_session",
       .title = "Start a Claude Code session",
       .description =
         "Starts Claude Code on a prompt and returns its session_id at once, without "
         "waiting for it. It goes on when this client leaves. Next: "
         "get_claude_session to look in on it.",
       .toolset = "verbs",
       .open_world = true,
       .timeout = deadline::answer}),
    row(
      list_claude,
      {.name = "list_claude_sessions",
       .title = "List Claude Code sessions",
       .description = "Lists Claude Code sessions, newest first, with status and what "
                      "each did last. "
                      "Next: get_claude_session for one of them.",
       .toolset = "verbs",
       .read_only = true,
       .idempotent = true,
       .timeout = deadline::answer}),
    row(
      get_claude,
      {.name = "get_claude_session",
       .title = "Look at a Claude Code session",
       .description =
         "Tells status, progress and the last lines of output of one session, and its "
         "result once there is one. Cheap; never disturbs it. Next: continue_run with "
         "the session_id as run_id if something is pending.",
       .toolset = "verbs",
       .read_only = true,
       .idempotent = true,
       .timeout = deadline::answer}),
    row(
      kill_claude,
      {.name = "kill_claude_session",
       .title = "Kill a Claude Code session",
       .description =
         "Stops one session for good and ends its whole process tree. Only on order of "
         "the user. killed is true when the tree is proved gone; if it is false, look "
         "again with get_claude_session.",
       .toolset = "verbs",
       .destructive = true,
       .idempotent = true,
       .waits = true,
       .timeout = deadline::stop}),
    row<spawn_team>(
      &desk::teams,
      {.name = "spawn_team",
       .title = "Start a team of agents",
       .description =
         "Starts several supervised agents that depend on each other, in order, and "
         "returns the team_id at once. Each member is a run; strategy says whom the "
         "restart of one takes along. For agents that need nothing of each other, "
         "spawn_run each. Next: get_tree with the team_id and wait_ms.",
       .toolset = "teams",
       .open_world = true,
       .timeout = deadline::answer}),
    row<cancel_team>(
      &desk::teams,
      {.name = "cancel_team",
       .title = "Stop a team",
       .description =
         "Stops a team for good, its members in the reverse order of their start; "
         "nothing of it is restarted. Only on order of the user. Says cancelled when "
         "every member is gone; with phase stopping, call get_tree later.",
       .toolset = "teams",
       .destructive = true,
       .idempotent = true,
       .waits = true,
       .timeout = deadline::stop}),
    row<get_tree>(
      &desk::teams,
      {.name = "get_tree",
       .title = "Look at teams and runs",
       .description =
         "Shows the live teams with their members, what each waits for and why it is "
         "where it is, and the runs in no team. With team and wait_ms, waits for the "
         "end of that team. Next: get_run with a member's run_id, why for the "
         "decisions.",
       .toolset = "teams",
       .read_only = true,
       .idempotent = true,
       .waits = true,
       .timeout = deadline::wait}),
    row(
      tell_why,
      {.name = "why",
       .title = "Why a run or team is where it is",
       .description =
         "Lists the last decisions about a run or a team with their reasons, newest "
         "first: starts, restarts, waits and stops. Next: get_run for the attempts of "
         "a run, poll_events for all it did.",
       .toolset = "teams",
       .read_only = true,
       .idempotent = true,
       .timeout = deadline::answer}),
    row<restart_run>(
      &desk::registry,
      {.name = "restart_run",
       .title = "Restart a run",
       .description =
         "Ends the current attempt of a run with its process tree and starts another "
         "at once, in the same conversation or afresh; the run_id stays. Only on order "
         "of the user: crashes are restarted without it. A run that has ended is not "
         "restarted: use continue_run. Next: get_run.",
       .toolset = "teams",
       .destructive = true,
       .open_world = true,
       .timeout = deadline::answer}),
    row<get_diff>(
      &desk::worktrees,
      {.name = "get_diff",
       .title = "See what a run changed",
       .description =
         "Shows what a run in a worktree of its own changed against the commit it "
         "started from: committed, uncommitted and untracked files, and the patch. "
         "Give next_offset as offset for the rest of the patch; stat for the files "
         "alone. Works while the run works. Next: merge its branch, then "
         "remove_worktree.",
       .toolset = "worktrees",
       .read_only = true,
       .idempotent = true,
       .timeout = deadline::files}),
    row<list_worktrees>(
      &desk::worktrees,
      {.name = "list_worktrees",
       .title = "List worktrees",
       .description =
         "Lists the git worktrees that were made for runs, newest first, and why each "
         "has to stay: work that is nowhere else, or a run that uses it. Next: "
         "get_diff for what is in one, remove_worktree for one that nothing keeps.",
       .toolset = "worktrees",
       .read_only = true,
       .idempotent = true,
       .timeout = deadline::files}),
    row<remove_worktree>(
      &desk::worktrees,
      {.name = "remove_worktree",
       .title = "Remove a worktree",
       .description =
         "Removes the worktree of a run, and the branch made for it. Refused, with "
         "what to do, while it holds files that are not committed, commits that no "
         "other branch has, or a live run: work is never lost. There is no way to "
         "force it.",
       .toolset = "worktrees",
       .timeout = deadline::files}),
  };
  return table;
}

} // namespace troupe::mcp
