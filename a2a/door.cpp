#include "a2a/door.hpp"

#include "protocol/identity.hpp"

#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <deque>
#include <optional>

namespace troupe::a2a {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds request_within{30};
constexpr std::chrono::seconds write_within{60};
constexpr std::size_t request_head_max = 16 * 1024;
constexpr std::size_t request_body_max = 8 * 1024 * 1024;
constexpr std::size_t unwritten_max = 16 * 1024 * 1024; ///< To who does not read.

constexpr std::string_view stream_head =
  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
  "Connection: close\r\n\r\n";

/// One connection and its one request.
class visit final : public listener, public std::enable_shared_from_this<visit> {
public:
  visit(
    tcp::socket socket,
    const offer& what,
    const std::string& token,
    desk& to,
    std::shared_ptr<int> counted)
    : stream_(std::move(socket)), offer_(what), token_(token), desk_(to),
      counted_(std::move(counted)) {
    ++*counted_;
    parser_.header_limit(request_head_max);
    parser_.body_limit(request_body_max);
  }

  ~visit() override { --*counted_; }

  void start() {
    stream_.expires_after(request_within);
    http::async_read(
      stream_,
      buffer_,
      parser_,
      [self = shared_from_this()](const error_code& bad, std::size_t) {
        if (bad == http::error::body_limit || bad == http::error::header_limit)
          self->say(413, {{"error", "the request is too large"}});
        else if (!bad)
          self->received();
      });
  }

  void reply(const json& message) override { say(200, message); }

  void event(const json& message) override {
    if (gone_)
      return;
    if (!std::exchange(streams_, true)) {
      watch();
      write(std::string(stream_head));
    }
    write("data: " + print_json(message) + "\n\n");
  }

  void end() override {
    ends_ = true;
    if (unwritten_.empty())
      close();
  }

  [[nodiscard]] bool is_gone() const override { return gone_; }

private:
  void received() {
    stream_.expires_never();
    const auto& request = parser_.get();
    if (request.method() == http::verb::get)
      return request.target() == "/.well-known/agent-card.json"
               ? say(200, card_of(offer_))
               : say(
                   404,
                   {{"error", "the agent's card is /.well-known/agent-card.json"}});
    if (request.count(http::field::origin) > 0)
      return say(403, {{"error", "pages of a browser are not served"}});
    if (!is_allowed())
      return say(401, {{"error", "a token is needed: Authorization: Bearer …"}});
    if (request.method() != http::verb::post || request.target() != "/")
      return say(404, {{"error", "JSON-RPC is taken by POST at /"}});
    const auto body = parse_json(request.body());
    if (!body || !body->is_object())
      return say(
        200,
        {{"jsonrpc", "2.0"},
         {"id", nullptr},
         {"error", {{"code", -32700}, {"message", "this is no JSON-RPC request"}}}});
    desk_.take(*body, std::string(request["A2A-Version"]), shared_from_this());
  }

  [[nodiscard]] bool is_allowed() const {
    const std::string given(parser_.get()[http::field::authorization]);
    return token_.empty() || same_secret(given, "Bearer " + token_);
  }

  void say(int status, const json& body) {
    http::response<http::string_body> made{static_cast<http::status>(status), 11};
    made.set(http::field::content_type, "application/json");
    made.set(http::field::connection, "close");
    if (status == 401)
      made.set(http::field::www_authenticate, "Bearer");
    made.body() = print_json(body);
    made.prepare_payload();
    std::string head =
      "HTTP/1.1 " + std::to_string(status) + " " + std::string(made.reason()) + "\r\n";
    for (const auto& field : made)
      head +=
        std::string(field.name_string()) + ": " + std::string(field.value()) + "\r\n";
    ends_ = true;
    write(head + "\r\n" + made.body());
  }

  void write(std::string text) {
    unwritten_bytes_ += text.size();
    if (unwritten_bytes_ > unwritten_max)
      return close();
    unwritten_.push_back(std::move(text));
    if (unwritten_.size() == 1)
      write_on();
  }

  void write_on() {
    stream_.expires_after(write_within);
    asio::async_write(
      stream_,
      asio::buffer(unwritten_.front()),
      [self = shared_from_this()](const error_code& broken, std::size_t) {
        self->wrote(broken);
      });
  }

  void wrote(const error_code& broken) {
    if (broken)
      return close();
    unwritten_bytes_ -= unwritten_.front().size();
    unwritten_.pop_front();
    if (!unwritten_.empty())
      return write_on();
    stream_.expires_never();
    if (ends_)
      close();
  }

  /// Nothing more is read of it, but that it left.
  void watch() {
    stream_.socket().async_wait(
      tcp::socket::wait_read,
      [self = shared_from_this()](const error_code&) { self->close(); });
  }

  void close() {
    if (std::exchange(gone_, true))
      return;
    error_code ignored;
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
    stream_.close();
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request_parser<http::string_body> parser_;
  const offer& offer_;
  const std::string& token_;
  desk& desk_;
  std::shared_ptr<int> counted_;
  std::deque<std::string> unwritten_;
  std::size_t unwritten_bytes_ = 0;
  bool streams_ = false;
  bool ends_ = false;
  bool gone_ = false;
};

} // namespace

door::door(boost::asio::io_context& on, const std::string& address, unsigned short port)
  : acceptor_(on, {asio::ip::make_address(address), port}) {}

unsigned short door::port() const {
  return acceptor_.local_endpoint().port();
}

void door::open(offer what, std::string token, desk& to) {
  offer_ = std::move(what);
  token_ = std::move(token);
  desk_ = &to;
  accept();
}

void door::accept() {
  acceptor_.async_accept([this](const error_code& bad, tcp::socket socket) {
    if (bad == asio::error::operation_aborted)
      return;
    if (!bad && *counted_ < static_cast<int>(connections_max))
      std::make_shared<visit>(std::move(socket), offer_, token_, *desk_, counted_)
        ->start();
    accept();
  });
}

} // namespace troupe::a2a
