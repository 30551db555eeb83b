#pragma once

#include "protocol/mail.hpp"
#include "protocol/result.hpp"
#include "store/layout.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe::store {

/// A message with what only its inbox needs to know of it.
struct kept_letter {
  agent_letter letter;
  std::vector<std::string> keys;       ///< Of the call that sent it.
  std::optional<std::string> given_to; ///< A run that was to have it; whether it does
                                       ///< is not known yet.

  friend bool operator==(const kept_letter&, const kept_letter&) = default;

  static constexpr auto fields() {
    return field_list{
      required("letter", &kept_letter::letter, "What the tools show."),
      optional("keys", &kept_letter::keys, "Of the call that sent it."),
      optional("given_to", &kept_letter::given_to, "Perhaps a turn of this run."),
    };
  }
};

/// inboxes/<session_id>.json: the messages of one conversation. Made with the first.
struct inbox_record {
  int version = 1;
  std::string session_id;
  std::uint64_t last_seq = 0;
  std::vector<kept_letter> letters; ///< Oldest first.

  friend bool operator==(const inbox_record&, const inbox_record&) = default;

  static constexpr auto fields() {
    return field_list{
      required("version", &inbox_record::version, "Of this file; 1."),
      required("session_id", &inbox_record::session_id, "Whose inbox it is."),
      required("last_seq", &inbox_record::last_seq, "Newest number given."),
      required("letters", &inbox_record::letters, "Oldest first."),
    };
  }
};

[[nodiscard]] result<void> save_inbox(const layout& at, const inbox_record& inbox);

/// An empty one if there is no file. A damaged one is set aside, and that is an error
/// once.
[[nodiscard]] result<inbox_record>
load_inbox(const layout& at, const std::string& session_id);

} // namespace troupe::store
