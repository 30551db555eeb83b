#pragma once

#include "protocol/http.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

/// What is to be done, in order, about clients that come by HTTP (http_clients.hpp).
namespace troupe::mcp {

/// To an exchange of the transport (io/http_door.hpp).
struct answer_exchange {
  exchange_id to = 0;
  http_answer what;
};
struct open_stream {
  exchange_id to = 0;
  http_fields fields;
};
struct send_events {
  exchange_id to = 0;
  std::string text;
};
struct end_stream {
  exchange_id to = 0;
};

/// A new client; who it is says the token of a run, or nothing: then it is a person.
struct client_in {
  std::uint64_t client = 0;
  std::string run_token;
};
struct line_in {
  std::uint64_t client = 0;
  std::string line;
};
/// It says nothing more and reads nothing more.
struct client_out {
  std::uint64_t client = 0;
};

using http_act = std::variant<
  answer_exchange,
  open_stream,
  send_events,
  end_stream,
  client_in,
  line_in,
  client_out>;
using http_acts = std::vector<http_act>;

} // namespace troupe::mcp
