#pragma once

#include "actors/messages.hpp"
#include "store/notices.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// What actors say to each other about telling a person.
namespace troupe {

/// A person is to be told of this: on disk before the event itself is.
struct add_notice : message_tag {
  store::notice_record notice;
};

/// The person was told, or cannot be.
struct drop_notice : message_tag {
  std::string run_id;
  std::uint64_t seq = 0;
};

struct load_notices : message_tag {};

struct notices_loaded : message_tag {
  std::vector<store::notice_record> notices; ///< Oldest first.
};

struct notice_failed : message_tag {
  std::string why;
};

/// Everything that was on disk at the start lives again.
struct all_recovered : message_tag {};

} // namespace troupe
