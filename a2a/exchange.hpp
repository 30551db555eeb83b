#pragma once

#include "protocol/web.hpp"
#include "protocol/web_address.hpp"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

#include <functional>
#include <map>
#include <memory>
#include <string>

/// HTTP/1.1 with one remote agent.
namespace troupe::a2a {

inline constexpr std::size_t head_bytes_max = 64 * 1024;
inline constexpr std::size_t body_bytes_max = 8 * 1024 * 1024; ///< Of an event too.

/// One request on a connection of its own, on the thread of its context. What comes of
/// it is told as news whose body or event is still text; after `end`, `reply` or
/// `failed` comes nothing.
class exchange {
public:
  using listener = std::function<void(web_news)>;

  virtual ~exchange() = default;
  virtual void start() = 0;

  /// Tells nothing from here on.
  virtual void abandon() = 0;
};

/// What an exchange needs beside its request; outlives it.
struct web_surroundings {
  boost::asio::io_context* on = nullptr;
  boost::asio::ssl::context* trust = nullptr;
  std::map<std::string, std::string> headers; ///< Of every request.
};

[[nodiscard]] std::shared_ptr<exchange> make_exchange(
  const web_surroundings& around,
  const web_request& request,
  const web_address& to,
  exchange::listener tell);

} // namespace troupe::a2a
