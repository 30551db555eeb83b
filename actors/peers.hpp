#pragma once

#include "actors/interfaces.hpp"
#include "io/tcp_peers.hpp"

#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

namespace troupe {

using peer_look =
  std::function<std::vector<io::tcp_peer>(const std::vector<tcp_ends>&)>;

/// What PEERS remembers: who waits for the next look, and what was found of the last
/// `remembered_max` connections, by number.
class peers_state {
public:
  static inline const char* name = "peers";
  static constexpr std::size_t remembered_max = 4096;

  void begin(peers_actor::pointer self, peer_look look);

  caf::result<found_peer> find(const tcp_ends& ends);
  void look();

private:
  void remember(std::uint64_t connection, const found_peer& what);

  peers_actor::pointer self_ = nullptr;
  peer_look look_;
  std::vector<std::pair<tcp_ends, caf::typed_response_promise<found_peer>>> waiting_;
  std::unordered_map<std::uint64_t, found_peer> known_;
  std::deque<std::uint64_t> order_;
};

/// PEERS: says whose process a connection is (io/tcp_peers.hpp). Who asked meanwhile is
/// answered by one look. A look goes through all processes: spawned detached.
peers_actor::behavior_type
peers(peers_actor::stateful_pointer<peers_state> self, peer_look look);

} // namespace troupe
