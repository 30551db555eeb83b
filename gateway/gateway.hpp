#pragma once

#include "actors/interfaces.hpp"
#include "gateway/session.hpp"

#include <map>

namespace troupe::mcp {

/// What the GATEWAY remembers: who speaks with which client.
class gateway_state {
public:
  static inline const char* name = "gateway";

  /// Hangs up on every client: without their sessions nobody would answer them.
  ~gateway_state();

  void
  begin(gateway_actor::pointer self, room* outside, desk at, session_options options);

  void let_in(const client_joined& peer);
  void pass_on(const client_said& said);
  void see_off(const client_left& left);

  /// Whether it was one of its sessions that ended; its client is then hung up.
  [[nodiscard]] bool lost(const caf::actor_addr& who);

private:
  void count();

  gateway_actor::pointer self_ = nullptr;
  room* outside_ = nullptr;
  desk at_;
  session_options options_;
  std::map<std::uint64_t, session_actor> sessions_;
  std::map<caf::actor_addr, std::uint64_t> clients_; ///< Of sessions that have one.
};

/// GATEWAY: gives each client a SESSION of its own, linked to it; the end of one, by
/// design or by a bug, costs its own client the connection and nobody else anything.
gateway_actor::behavior_type gateway(
  gateway_actor::stateful_pointer<gateway_state> self,
  room* outside,
  desk at,
  session_options options);

} // namespace troupe::mcp
