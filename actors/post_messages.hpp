#pragma once

#include "actors/messages.hpp"
#include "store/inbox.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// What actors say to each other about messages to agents.
namespace troupe {

/// A message from who asks to the agent of that run; the REGISTRY has found both.
struct post_letter : message_tag {
  asked<send_agent_message> question;
  run_brief to;
  std::optional<run_brief> from; ///< Absent: a person.
};

/// A look into the inbox of that run's conversation.
struct read_inbox : message_tag {
  std::shared_ptr<const caller> who; ///< One and the same for one connection.
  fetch_agent_messages what;
  run_brief of;
  bool is_own = false;             ///< Who looks is the agent: it has read it then.
  std::optional<std::string> from; ///< Only what this conversation has sent.
};

/// One of the calls of this connection is not waited for any more, and which is not
/// said: nothing is held back for any of them; those that wait get an empty page.
struct stop_waiting : message_tag {
  std::shared_ptr<const caller> who;
};

/// Say this to the agent. Written down as an input of the run, or was before, when this
/// is answered; ended, busy or conflict: it was not, and will not be.
struct take_letter : message_tag {
  std::string message_id;
  std::string turn;
  bool interrupt = false;
};

/// No agent of this run takes turns or waits any more, until it says otherwise.
struct mail_unwanted : message_tag {
  std::string session_id;
  std::string run_id;
};

/// A run ends: what its inbox needs to know of the messages it was given.
struct leave_inbox : message_tag {
  std::string session_id;
  std::string run_id;
  std::vector<std::string> said;   ///< Turns of it.
  std::vector<std::string> unsaid; ///< They wait again.
  bool for_good = false;           ///< Its conversation cannot be gone on with.
};

struct save_inbox : message_tag {
  store::inbox_record inbox;
};

struct load_inbox : message_tag {
  std::string session_id;
};

} // namespace troupe
