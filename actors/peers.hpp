#pragma once

#include "actors/messages.hpp"
#include "protocol/http.hpp"

#include <caf/typed_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <deque>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace troupe {

/// Which process is at the far end of a connection within this machine.
struct find_peer : message_tag {
  tcp_ends ends;
};

struct found_peer : message_tag {
  bool hung_up = false;
  int pid = 0; ///< 0: that cannot be seen.
  std::string cgroup;
  std::vector<int> ancestors;
};

struct look_for_peers : message_tag {};

using peers_actor = caf::typed_actor<
  caf::replies_to<find_peer>::with<found_peer>,
  caf::reacts_to<look_for_peers>>;

/// Who asked meanwhile is answered by one look (io/tcp_peers.hpp). What was found of a
/// connection is remembered, of the last `remembered_max`.
struct peers_state {
  static inline const char* name = "peers";
  static constexpr std::size_t remembered_max = 4096;

  void remember(std::uint64_t connection, const found_peer& what);

  std::vector<std::pair<tcp_ends, caf::typed_response_promise<found_peer>>> waiting;
  std::unordered_map<std::uint64_t, found_peer> known;
  std::deque<std::uint64_t> order;
};

/// PEERS: a look goes through all processes, so it is spawned detached.
peers_actor::behavior_type peers(peers_actor::stateful_pointer<peers_state> self);

} // namespace troupe
