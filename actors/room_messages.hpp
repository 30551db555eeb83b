#pragma once

#include "keeper/verbs.hpp"

#include <cstdint>
#include <memory>
#include <string>

/// What the room says to actors (actors/room.hpp).
namespace troupe {

/// Every struct that is one of these and every record may be a message.
struct message_tag {};

/// A timer of the room fired.
struct wake : message_tag {
  std::uint64_t token = 0;
};

/// Bytes of a transcript (io/tails.hpp).
struct transcript_chunk : message_tag {
  std::uint64_t tail = 0;
  std::uint64_t offset = 0;
  std::string bytes;
  bool shrunk = false;
  std::uint64_t free_bytes = 0;
  std::shared_ptr<const void> in_hand;
};

/// What the keeper says of one attempt; the room keeps its pidfd.
struct kept_news : message_tag {
  keeper::report what;
};

/// The keeper's socket is gone.
struct keeper_lost : message_tag {
  std::string why;
};

} // namespace troupe
