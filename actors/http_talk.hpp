#pragma once

#include "actors/messages.hpp"
#include "protocol/http.hpp"

#include <caf/typed_actor.hpp>

#include <cstdint>
#include <string>

/// What the io room tells of HTTP, and what is said to clients that came by it.
namespace troupe {

struct http_asked : message_tag {
  exchange_id by = 0;
  http_request request;
};

struct http_left : message_tag {
  exchange_id which = 0;
};

/// A line to a client; `about`: the id of the request it belongs to, or empty.
struct client_told : message_tag {
  std::uint64_t client = 0;
  std::string line;
  std::string about;
};

struct client_dropped : message_tag {
  std::uint64_t client = 0;
};

/// Makes clients of what comes by HTTP, and answers of what they are told.
using http_gate_actor = caf::typed_actor<
  caf::reacts_to<http_asked>,
  caf::reacts_to<http_left>,
  caf::reacts_to<client_told>,
  caf::reacts_to<client_dropped>,
  caf::reacts_to<wake>>;

} // namespace troupe
