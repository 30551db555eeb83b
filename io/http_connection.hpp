#pragma once

#include "io/http_door.hpp"
#include "io/http_wire.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>

namespace troupe::io {

/// What connections share. On the loop's thread.
struct http_house {
  http_limits limits;
  http_events to;
  std::size_t held_bytes = 0; ///< Of all connections: unsent, or of bodies that come.
  exchange_id last = 0;
  /// Called once by each connection, when it is closed.
  std::function<void(exchange_id last_of_it, std::uint64_t connection)> released;
  /// A new exchange is of this connection.
  std::function<void(exchange_id, std::uint64_t connection)> began;
};

/// One connection: request after request, each answered before the next is read. Held
/// by shared pointer; on the loop's thread.
class http_connection : public std::enable_shared_from_this<http_connection> {
public:
  using clock = std::chrono::steady_clock;

  http_connection(
    std::shared_ptr<http_house> in,
    std::unique_ptr<http_wire> wire,
    std::uint64_t own,
    const std::optional<tcp_ends>& ends);
  ~http_connection();
  http_connection(const http_connection&) = delete;
  http_connection& operator=(const http_connection&) = delete;

  void start();
  void answer(exchange_id to, const http_answer& what);
  void open(exchange_id to, const http_fields& fields);
  void stream(exchange_id to, std::string_view events);
  void end(exchange_id to);

  void look(clock::time_point now); ///< Ends what took too long.
  void abandon();                   ///< Closes at once and calls nothing any more.

private:
  enum class stage : std::uint8_t {
    greeting, ///< TLS.
    idle,     ///< Between two requests.
    head,
    body,
    pending,   ///< Asked; not answered yet.
    streaming, ///< Answered by a stream that has not ended.
    leaving,   ///< Nothing more is read but the end.
    closed,
  };
  using parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  void read();
  void received(std::string_view bytes);
  void digest();
  bool digest_some();
  bool headed();
  void complete();
  void refuse(const http_answer& why);
  void refuse(int status, std::string_view why);
  void write(std::string_view bytes);
  void write_on();
  void wrote(std::size_t bytes);
  void hold(std::size_t bytes);
  void release(std::size_t bytes);
  void finish();
  void close();
  void expect(std::chrono::milliseconds within);

  std::shared_ptr<http_house> house_;
  std::unique_ptr<http_wire> wire_;
  std::uint64_t own_;
  std::optional<tcp_ends> ends_;
  stage stage_ = stage::greeting;
  std::optional<parser> parser_;
  http_head head_;
  std::string unread_; ///< Come, but its turn has not.
  std::string unsent_;
  std::string writing_;
  std::size_t written_ = 0;
  std::size_t body_held_ = 0;
  exchange_id exchange_ = 0;
  std::optional<clock::time_point> due_;       ///< Of the stage.
  std::optional<clock::time_point> write_due_; ///< Of what is being written.
  clock::time_point last_write_;
  bool reading_ = false;
  bool writes_ = false;
  bool last_answer_ = false; ///< Closed after it.
};

} // namespace troupe::io
