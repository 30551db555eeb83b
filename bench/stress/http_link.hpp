#pragma once

#include "protocol/lines.hpp"

#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace troupe::stress {

/// A connection to an HTTP server on this machine: requests as text, one at a time.
/// Gives up (figures.hpp) where it breaks. On the thread of its loop, which must not
/// run any more when it is gone.
class http_link {
public:
  using answer = boost::beast::http::response<boost::beast::http::string_body>;

  http_link(boost::asio::io_context& on, std::uint16_t port);
  http_link(const http_link&) = delete;
  http_link& operator=(const http_link&) = delete;

  /// Connects first if there is no connection, and again if an idle one is gone.
  void ask(std::string request, std::function<void(const answer&)> then);

private:
  void begin();
  void hear();

  boost::asio::ip::tcp::endpoint server_;
  boost::asio::ip::tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::response_parser<boost::beast::http::string_body>>
    parser_;
  std::string request_;
  std::function<void(const answer&)> then_;
  bool is_old_ = false; ///< Others were answered on it: it may be closed unnoticed.
};

/// A connection on which a server streams events without end. As http_link.
class http_stream {
public:
  http_stream(boost::asio::io_context& on, std::uint16_t port);
  http_stream(const http_stream&) = delete;
  http_stream& operator=(const http_stream&) = delete;

  /// `begun` once the stream stands; `said`: the data of each event that has any.
  void open(
    std::string request,
    std::function<void()> begun,
    std::function<void(std::string_view)> said);

private:
  void begin();
  void listen();
  void take(std::string_view text);

  boost::asio::ip::tcp::endpoint server_;
  boost::asio::ip::tcp::socket socket_;
  boost::beast::flat_buffer buffer_;
  boost::beast::http::response_parser<boost::beast::http::buffer_body> parser_;
  std::string request_;
  std::function<void()> begun_;
  std::function<void(std::string_view)> said_;
  line_splitter lines_{1024 * 1024};
  std::array<char, 4096> piece_{};
};

} // namespace troupe::stress
