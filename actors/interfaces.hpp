#pragma once

#include "actors/client_messages.hpp"
#include "actors/file_interfaces.hpp"
#include "actors/gate_messages.hpp"
#include "actors/messages.hpp"
#include "actors/notice_talk.hpp"
#include "actors/post_messages.hpp"
#include "actors/sweep_messages.hpp"
#include "actors/team_messages.hpp"
#include "actors/watch_messages.hpp"
#include "actors/worktree_talk.hpp"

#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

/// Who can say what to whom, on one page. Errors travel as caf::error and are turned
/// back by actors/errors.hpp.
namespace troupe {

/// One process of an agent, from its start to its last byte. Child of a RUN, linked to
/// it.
using attempt_actor = caf::typed_actor<
  // Recorded on disk and on its way when this is answered.
  caf::replies_to<say_input>::with<written>,
  caf::replies_to<ask_use>::with<use_now>,
  caf::reacts_to<finish_attempt>,
  caf::reacts_to<stop_attempt>,
  caf::reacts_to<credit>,
  caf::reacts_to<kept_news>,
  caf::reacts_to<transcript_chunk>,
  caf::reacts_to<wake>>;

/// One run over all its attempts. Child of RUNS.
using run_actor = caf::typed_actor<
  caf::replies_to<asked<get_run>>::with<run_view>,
  caf::replies_to<asked<poll_events>>::with<event_page>,
  caf::replies_to<asked<cancel_run>>::with<cancelled_run>,
  // errc::conflict if it is final: then RUNS resumes it as a new run.
  caf::replies_to<asked<continue_run>>::with<continued_run>,
  caf::replies_to<asked<list_pending>>::with<open_questions>,
  caf::replies_to<asked<restart_run>>::with<restarted_run>,
  caf::replies_to<take_letter>::with<written>,
  caf::reacts_to<begin_run>,
  caf::reacts_to<gate_said>,
  caf::replies_to<stop_run>::with<stopped_run>,
  caf::reacts_to<attempt_news>,
  caf::reacts_to<attempt_over>,
  // It goes on all the same.
  caf::reacts_to<notice_failed>,
  caf::reacts_to<wake>>;

/// A run that lives in this actor may be given turns now.
struct mail_wanted : message_tag {
  std::string session_id;
  std::string run_id;
  run_actor reader;
};

/// Keeps the inboxes of conversations, and gives what waits in them to live runs.
using post_actor = caf::typed_actor<
  // On disk when this is answered, and delivered if it could be.
  caf::replies_to<post_letter>::with<sent_message>,
  caf::replies_to<read_inbox>::with<message_page>,
  caf::reacts_to<stop_waiting>,
  caf::reacts_to<mail_wanted>,
  caf::reacts_to<mail_unwanted>,
  // What the run leaves unsaid waits again when this is answered.
  caf::replies_to<leave_inbox>::with<written>,
  caf::reacts_to<wake>>;

/// A notice, and whom to tell if nobody can be told; none after that run's end.
struct new_notice : message_tag {
  store::notice_record notice;
  run_actor from;
};

/// Runs people's own commands when a run needs an answer or has ended.
using notifier_actor = caf::typed_actor<
  caf::reacts_to<new_notice>,
  // What was left to do may be begun.
  caf::reacts_to<all_recovered>,
  caf::reacts_to<kept_news>,
  caf::reacts_to<wake>>;

/// One team with the teams inside it. Child of TEAMS.
using team_actor = caf::typed_actor<
  // The order is on disk when this is answered.
  caf::replies_to<stop_team>::with<written>,
  caf::reacts_to<run_report>,
  caf::reacts_to<wake>>;

/// Supervises the teams, and answers for those that have ended.
using teams_actor = caf::typed_actor<
  caf::replies_to<asked<spawn_team>>::with<spawned_team>,
  caf::replies_to<asked<cancel_team>>::with<cancelled_team>,
  caf::replies_to<asked<get_tree>>::with<tree_view>,
  caf::replies_to<asked<list_decisions>>::with<why_view>,
  caf::reacts_to<runs_ready>,
  caf::reacts_to<team_report>,
  // Orders every team to stop; answered when all of them have it on disk.
  caf::replies_to<stop_run>::with<written>,
  caf::reacts_to<wake>>;

/// Supervises the runs: admits, starts, restarts and stops them.
using runs_actor = caf::typed_actor<
  caf::replies_to<asked<spawn_run>>::with<spawned_run>,
  caf::replies_to<resume_run>::with<continued_run>,
  caf::replies_to<whose_process>::with<process_owner>,
  caf::replies_to<spawn_member>::with<spawned_run>,
  caf::replies_to<vet_team>::with<vetted_team>,
  // Who is told when teams may go on and when they must stop; told once, at the start.
  caf::reacts_to<teams_actor>,
  caf::reacts_to<teams_here>,
  caf::replies_to<who_works_in>::with<worktree_users>,
  // Every attempt asks before it starts, and tells how it ended.
  caf::reacts_to<start_asked>,
  caf::reacts_to<end_told>,
  // Ends every run, then the daemon.
  caf::reacts_to<stop_run>,
  caf::reacts_to<run_over>,
  // Without clients and live runs the daemon ends itself after a time.
  caf::reacts_to<clients_here>,
  // Reports nobody watches, and the list at the start.
  caf::reacts_to<kept_news>,
  caf::reacts_to<wake>>;

/// Knows every run there is or was, and who may see it. Finds runs by id, prefix or
/// name and passes questions on to them.
using registry_actor = caf::typed_actor<
  caf::replies_to<asked<get_run>>::with<run_view>,
  caf::replies_to<asked<list_runs>>::with<run_page>,
  caf::replies_to<asked<poll_events>>::with<event_page>,
  caf::replies_to<asked<wait_runs>>::with<waited_runs>,
  caf::replies_to<asked<cancel_run>>::with<cancelled_run>,
  caf::replies_to<asked<continue_run>>::with<continued_run>,
  caf::replies_to<asked<list_pending>>::with<open_questions>,
  caf::replies_to<asked<get_event_artifact>>::with<event_artifact>,
  caf::replies_to<asked<restart_run>>::with<restarted_run>,
  caf::replies_to<asked<list_sessions>>::with<session_page>,
  caf::replies_to<asked<list_agents>>::with<agent_page>,
  caf::replies_to<asked<send_agent_message>>::with<sent_message>,
  caf::replies_to<asked<fetch_agent_messages>>::with<message_page>,
  caf::reacts_to<stop_waiting>,
  // Who has the inboxes; told once, at the start.
  caf::reacts_to<post_actor>,
  caf::reacts_to<follow_run, team_actor>,
  // Which runs it is told of from now on.
  caf::reacts_to<watch_runs, watcher_actor>,
  // Who resumes finished runs; told once, at the start.
  caf::reacts_to<runs_actor>,
  caf::reacts_to<run_report>,
  // A run lives in this actor from now on.
  caf::reacts_to<run_brief, run_actor>,
  // A run is final and on disk; once answered, nothing more is passed on to its actor.
  caf::replies_to<run_over>::with<written>,
  caf::reacts_to<run_removed>,
  caf::reacts_to<wake>>;

/// Makes, compares and removes git worktrees. Detached: git's files are slow.
using worktrees_actor = caf::typed_actor<
  // Of a conversation that goes on: answered if its worktree is still there.
  caf::replies_to<make_worktree>::with<made_worktree>,
  caf::replies_to<asked<get_diff>>::with<run_diff>,
  caf::replies_to<asked<list_worktrees>>::with<worktree_page>,
  caf::replies_to<asked<remove_worktree>>::with<removed_worktree>,
  // Who knows which runs live; told once, at the start.
  caf::reacts_to<runs_actor>>;

/// Lets clients in and gives each a session of its own.
using gateway_actor = caf::typed_actor<
  caf::reacts_to<client_joined>,
  caf::reacts_to<client_said>,
  caf::reacts_to<client_left>>;

/// What a session may ask.
struct desk {
  registry_actor registry;
  runs_actor runs;
  teams_actor teams;
  worktrees_actor worktrees;
};

} // namespace troupe
