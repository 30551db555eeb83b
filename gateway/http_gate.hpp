#pragma once

#include "actors/http_room.hpp"
#include "actors/http_talk.hpp"
#include "actors/interfaces.hpp"
#include "actors/room.hpp"
#include "mcp/http_clients.hpp"
#include "mcp/http_guard.hpp"

namespace troupe::mcp {

struct http_gate_setup {
  room* outside = nullptr;
  http_room* exchanges = nullptr;
  gateway_actor gateway;
  http_rules rules;
  /// For the agents of clients that say nothing of themselves.
  std::map<std::string, std::string> env;
};

/// What the HTTP GATE remembers.
class http_gate_state {
public:
  static inline const char* name = "http_gate";
  static constexpr std::chrono::seconds tick_period{1};

  void begin(http_gate_actor::pointer self, http_gate_setup setup);

  void ask(const http_asked& what);
  void hang_up(const http_left& what);
  void say(const client_told& what);
  void drop(const client_dropped& what);
  void tick();

private:
  void obey(http_acts acts);
  void obey(answer_exchange act);
  void obey(open_stream act);
  void obey(send_events act);
  void obey(const end_stream& act);
  void obey(const client_in& act);
  void obey(line_in act);
  void obey(const client_out& act);
  void say_line(std::uint64_t client, std::string line);

  http_gate_actor::pointer self_ = nullptr;
  http_gate_setup setup_;
  std::optional<http_clients> clients_;
  std::shared_ptr<const hello> greeting_; ///< For every person.
  std::optional<tcp_ends> ends_;          ///< Of whom is asking now.
  bool ticks_ = false;
};

/// HTTP GATE: makes clients of the GATEWAY of what comes by HTTP (http_clients.hpp),
/// and greets for them. RUNS is asked about a client as it begins, by the ends of its
/// connection and the token of a run, if it came with one; who is no run's is a person.
/// Of the era without sessions each request is a client of its own: the greeting of a
/// person is the same for all.
http_gate_actor::behavior_type http_gate(
  http_gate_actor::stateful_pointer<http_gate_state> self, http_gate_setup setup);

} // namespace troupe::mcp
