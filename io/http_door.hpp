#pragma once

#include "io/http_limits.hpp"
#include "io/loop.hpp"
#include "protocol/http.hpp"
#include "protocol/result.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace troupe::io {

/// What comes in by HTTP; called on the loop's thread.
struct http_events {
  /// A head has come and its body has not been read: what refuses it, if anything does.
  /// The connection of who is refused is closed.
  std::function<std::optional<http_answer>(const http_head&)> admit;

  /// A whole request. It is answered by `answer`, or by a stream from `open` to `end`.
  std::function<void(exchange_id, http_request)> asked;

  /// The other side hung up, or was cut off, before its answer was complete. Nothing
  /// said to this exchange any more reaches anybody.
  std::function<void(exchange_id)> left;
};

/// What https needs; see read_tls.
class tls_identity;

/// HTTP/1.1 on a listening TCP socket, on the thread of the loop: a connection costs a
/// descriptor and some memory, never a thread. Streams are server-sent events, kept
/// alive by comments. Any thread may call; what is said to an exchange that is over is
/// ignored. Limits are in http_limits; a connection that breaks one is told so if it
/// can be, and closed. A client that half-closes its connection has hung up.
/// Source: RFC 9110, RFC 9112; WHATWG server-sent events.
class http_door {
public:
  /// Takes the listening descriptor; `tls` nullptr: plain http.
  http_door(
    loop& on,
    int listener,
    const http_limits& limits,
    std::shared_ptr<tls_identity> tls,
    http_events to);
  ~http_door(); ///< Closes all at once, calling nothing.
  http_door(const http_door&) = delete;
  http_door& operator=(const http_door&) = delete;

  void answer(exchange_id to, http_answer what);

  /// Begins an answer of status 200 that is a stream of events.
  void open(exchange_id to, http_fields fields);
  void stream(exchange_id to, std::string events);
  void end(exchange_id to);

  /// How many connections there are. On the loop's thread.
  [[nodiscard]] std::size_t connections() const;

  struct state; ///< Of http_door.cpp and http_connection.cpp.

private:
  std::shared_ptr<state> state_;
};

} // namespace troupe::io
