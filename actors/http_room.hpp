#pragma once

#include "protocol/http.hpp"

#include <string>

namespace troupe {

/// What is said to exchanges of HTTP (io/http_door.hpp). No call blocks; what is said
/// to one that is over is ignored. One implementation is io_room, one is in tests.
class http_room {
public:
  virtual ~http_room() = default;

  virtual void answer(exchange_id to, http_answer what) = 0;
  virtual void open(exchange_id to, http_fields fields) = 0;
  virtual void stream(exchange_id to, std::string events) = 0;
  virtual void end(exchange_id to) = 0;
};

} // namespace troupe
