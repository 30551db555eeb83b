#pragma once

#include "actors/file_talk.hpp"
#include "actors/messages.hpp"
#include "actors/notice_talk.hpp"
#include "actors/peer_talk.hpp"
#include "actors/post_messages.hpp"
#include "actors/sweep_messages.hpp"
#include "actors/team_messages.hpp"

#include <caf/fwd.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

/// Who has to do with files, and what they are asked (actors/interfaces.hpp has the
/// rest).
namespace troupe {

/// Brings files to the disk, and waits for it: the JOURNAL's other hands. Detached.
using syncer_actor = caf::typed_actor<caf::replies_to<sync_files>::with<files_synced>>;

/// Finds what is kept too long, and deletes it. Detached.
using sweeper_actor = caf::typed_actor<
  caf::replies_to<plan_sweep>::with<sweep_plan>,
  caf::reacts_to<clear_removed>>;

/// Writes and reads the runs on disk. The only one who touches their files. Detached.
using journal_actor = caf::typed_actor<
  // A run exists from here on, even if we die.
  caf::replies_to<create_run>::with<written>,
  // Of a final run: answered when that is on the disk and survives a power cut.
  caf::replies_to<save_run>::with<written>,
  caf::replies_to<save_session>::with<written>,
  caf::replies_to<begin_attempt>::with<written>,
  caf::replies_to<append_input>::with<written>,
  // Events are shown to nobody before this is answered.
  caf::replies_to<append_events>::with<written>,
  caf::replies_to<read_page>::with<events_read>,
  caf::replies_to<read_stderr>::with<stderr_tail>,
  caf::replies_to<load_run>::with<loaded_run>,
  caf::replies_to<load_session>::with<store::session_record>,
  caf::replies_to<read_token>::with<attempt_token>,
  caf::replies_to<load_all>::with<all_loaded>,
  caf::replies_to<create_team>::with<written>,
  caf::replies_to<save_team>::with<written>,
  caf::replies_to<load_team>::with<loaded_team>,
  caf::replies_to<load_teams>::with<all_teams>,
  caf::replies_to<add_notice>::with<written>,
  caf::reacts_to<drop_notice>,
  caf::replies_to<load_notices>::with<notices_loaded>,
  caf::replies_to<save_inbox>::with<written>,
  caf::replies_to<load_inbox>::with<store::inbox_record>,
  caf::replies_to<remove_run>::with<written>,
  caf::reacts_to<wake>>;

/// Whose process a connection is of, from /proc. Detached.
using peers_actor = caf::typed_actor<
  caf::replies_to<find_peer>::with<found_peer>,
  caf::reacts_to<look_for_peers>>;

/// One file that an agent asks its host for. Detached.
using agent_file_actor =
  caf::typed_actor<caf::replies_to<serve_file>::with<file_answer>>;

} // namespace troupe
