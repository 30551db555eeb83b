#pragma once

#include "protocol/notify.hpp"
#include "protocol/result.hpp"
#include "store/layout.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace troupe::store {

/// runs/<run_id>/notices/<seq>/notice.json: a person is still to be told of this.
/// Written before the event itself is, so that no death between the two loses it;
/// removed when the command has succeeded or was given up.
struct notice_record {
  int version = 1;
  std::string run_id;
  std::uint64_t seq = 0; ///< Of the event it is about.
  notify_policy policy;
  std::vector<std::string> env; ///< Complete.
  std::string body;             ///< A notice_body as JSON.
  timestamp made_at;
  std::uint32_t tries = 0; ///< Begun so far.

  static constexpr auto fields() {
    return field_list{
      required("version", &notice_record::version, "Of this file; 1."),
      required("run_id", &notice_record::run_id, "The run."),
      required("seq", &notice_record::seq, "Of the event it is about."),
      required("policy", &notice_record::policy, "What to run."),
      required("env", &notice_record::env, "NAME=value, complete."),
      required("body", &notice_record::body, "For its stdin."),
      required("made_at", &notice_record::made_at, "When."),
      optional("tries", &notice_record::tries, "Begun so far."),
    };
  }
};

[[nodiscard]] result<void> save_notice(const layout& at, const notice_record& notice);

/// What the command printed stays beside it.
[[nodiscard]] result<void>
remove_notice(const layout& at, const std::string& run_id, std::uint64_t seq);

/// All that were not removed, oldest first; what cannot be read is left and passed
/// over.
[[nodiscard]] std::vector<notice_record> load_notices(const layout& at);

} // namespace troupe::store
