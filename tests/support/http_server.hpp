#pragma once

#include "io/http_door.hpp"
#include "mcp/http_clients.hpp"
#include "mcp/http_guard.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace troupe::test {

/// A server of Streamable HTTP without actors: the same transport and the same rules as
/// the daemon's, on a loop of its own, for whoever speaks as lines. Listens on
/// loopback.
class http_server {
public:
  /// On the loop's thread. A client is opened, says lines, and is closed once.
  struct events {
    std::function<void(std::uint64_t client)> opened;
    std::function<void(std::uint64_t client, std::string line)> said;
    std::function<void(std::uint64_t client)> closed;
  };

  struct options {
    std::uint16_t port = 0; ///< 0: any that is free.
    std::string token;      ///< Empty: none is wanted.
    io::http_limits limits;
    mcp::mirror_table mirrored; ///< Arguments that headers repeat.
  };

  /// Throws std::runtime_error if it cannot listen.
  http_server(const options& how, events to);
  ~http_server();
  http_server(const http_server&) = delete;
  http_server& operator=(const http_server&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  // Any thread:
  /// `about`: the printed id of the request that the line belongs to, or empty.
  void say(std::uint64_t client, std::string line, std::string about);
  void end(std::uint64_t client); ///< Nobody speaks with it any more.

private:
  struct state;
  std::shared_ptr<state> state_;
};

} // namespace troupe::test
