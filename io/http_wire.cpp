#include "io/http_wire.hpp"

#include "io/tls.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <array>
#include <sys/socket.h>
#include <vector>

namespace troupe::io {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t read_bytes_max = 16 * 1024; ///< Also a whole TLS record.

tcp::socket adopt(asio::io_context& on, keeper::descriptor socket) {
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&own), &size);
  tcp::socket made(on);
  error_code refused;
  made.assign(own.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), socket.get(), refused);
  if (refused)
    return made;
  static_cast<void>(socket.release());
  made.non_blocking(true, refused);
  made.set_option(tcp::no_delay(true), refused);
  return made;
}

/// Holds no buffer while it waits.
class plain_wire final : public http_wire {
public:
  plain_wire(asio::io_context& on, keeper::descriptor socket)
    : on_(on), socket_(adopt(on, std::move(socket))) {}

  void begin(finished then) override {
    asio::post(on_, [then = std::move(then)] { then({}); });
  }

  void read(received then) override {
    socket_.async_wait(
      tcp::socket::wait_read, [this, then = std::move(then)](error_code bad) {
        if (bad == asio::error::operation_aborted || !socket_.is_open())
          return;
        std::array<char, read_bytes_max> scratch; // NOLINT: filled by the next line
        const auto size = bad ? 0 : socket_.read_some(asio::buffer(scratch), bad);
        if (bad == asio::error::would_block)
          return read(then);
        then(bad, {scratch.data(), size});
      });
  }

  void write(std::string_view bytes, sent then) override {
    socket_.async_write_some(asio::buffer(bytes), std::move(then));
  }

  void shut() override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }

  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }

private:
  asio::io_context& on_;
  tcp::socket socket_;
};

/// Ends without a close_notify: HTTP itself says what is whole.
class tls_wire final : public http_wire {
public:
  tls_wire(
    asio::io_context& on,
    keeper::descriptor socket,
    std::shared_ptr<tls_identity> identity)
    : identity_(std::move(identity)),
      stream_(adopt(on, std::move(socket)), identity_->context) {}

  void begin(finished then) override {
    stream_.async_handshake(asio::ssl::stream_base::server, std::move(then));
  }

  void read(received then) override {
    buffer_.resize(read_bytes_max);
    stream_.async_read_some(
      asio::buffer(buffer_),
      [this, then = std::move(then)](error_code bad, std::size_t size) {
        then(bad, {buffer_.data(), size});
      });
  }

  void write(std::string_view bytes, sent then) override {
    stream_.async_write_some(asio::buffer(bytes), std::move(then));
  }

  void shut() override {
    error_code ignored;
    stream_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
  }

  void close() override {
    error_code ignored;
    stream_.next_layer().close(ignored);
  }

private:
  std::shared_ptr<tls_identity> identity_;
  asio::ssl::stream<tcp::socket> stream_;
  std::vector<char> buffer_;
};

} // namespace

std::unique_ptr<http_wire> make_wire(
  asio::io_context& on,
  keeper::descriptor socket,
  const std::shared_ptr<tls_identity>& identity) {
  if (identity)
    return std::make_unique<tls_wire>(on, std::move(socket), identity);
  return std::make_unique<plain_wire>(on, std::move(socket));
}

} // namespace troupe::io
