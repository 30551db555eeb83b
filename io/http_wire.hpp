#pragma once

#include "keeper/descriptor.hpp"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/system/error_code.hpp>

#include <functional>
#include <memory>
#include <string_view>

namespace troupe::io {

class tls_identity;

/// The bytes of one TCP connection, plain or over TLS. On the loop's thread. A handler
/// is called once for each call, never within it, and not after close(); it keeps alive
/// whatever it holds until then.
class http_wire {
public:
  using error_code = boost::system::error_code;
  using finished = std::function<void(error_code)>;
  using received = std::function<void(error_code, std::string_view bytes)>;
  using sent = std::function<void(error_code, std::size_t bytes)>;

  virtual ~http_wire() = default;

  /// Before anything else.
  virtual void begin(finished then) = 0;

  /// Some bytes, valid during the call; an error also at the end.
  virtual void read(received then) = 0;

  /// Takes some of the bytes, which stay where they are until then.
  virtual void write(std::string_view bytes, sent then) = 0;

  /// Nothing more is written.
  virtual void shut() = 0;
  virtual void close() = 0;
};

/// A connected socket, non-blocking. `identity` nullptr: plain.
[[nodiscard]] std::unique_ptr<http_wire> make_wire(
  boost::asio::io_context& on,
  keeper::descriptor socket,
  const std::shared_ptr<tls_identity>& identity);

} // namespace troupe::io
