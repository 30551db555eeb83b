#pragma once

#include "actors/post_messages.hpp"
#include "protocol/events.hpp"
#include "store/run_record.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace troupe {

/// What a RUN remembers of its inbox only while it lives.
struct mail_notes {
  std::uint32_t wanted_for = 0;  ///< Newest attempt that may be given messages.
  std::set<std::string> in_hand; ///< Being written down, as far as is known.
};

/// After a death of ours: inputs of the newest attempt that are messages became turns.
void recall_messages(store::run_record& run, const std::vector<agent_input>& recorded);

/// Whether this turn, which no agent will hear, is a message's; it goes back then, and
/// is no turn that is dropped.
[[nodiscard]] bool goes_back(store::run_record& run, const std::string& turn);

[[nodiscard]] leave_inbox
last_mail(const store::run_record& run, const mail_notes& notes);

} // namespace troupe
