#include "a2a/exchange.hpp"

#include "a2a/reply.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <netinet/tcp.h>

#include <array>
#include <concepts>
#include <limits>
#include <type_traits>

namespace troupe::a2a {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using plain_stream = beast::tcp_stream;
using secure_stream = asio::ssl::stream<beast::tcp_stream>;

constexpr std::chrono::seconds connect_within{10};
constexpr std::chrono::seconds body_within{60}; ///< Between two pieces of a reply.

/// A peer that is gone is known after 30 + 3 × 10 s, however silent its stream is.
void watch_peer(tcp::socket& socket) {
  error_code ignored;
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  socket.set_option(tcp::no_delay(true), ignored);
  for (const auto& [name, value] :
       {std::pair{TCP_KEEPIDLE, 30}, {TCP_KEEPINTVL, 10}, {TCP_KEEPCNT, 3}})
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, name, &value, sizeof value);
}

/// The certificate must be for this name or number.
void expect_host(SSL* session, const std::string& host) {
  auto* wanted = SSL_get0_param(session);
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1)
    return;
  X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), host.size());
  SSL_set_tlsext_host_name(session, host.c_str());
}

http::request<http::string_body> as_http(
  const web_request& request,
  const web_address& to,
  const std::map<std::string, std::string>& more) {
  const bool posts = request.method == "POST";
  http::request<http::string_body> made{
    posts ? http::verb::post : http::verb::get, to.path, 11};
  made.set(http::field::accept, "application/json, text/event-stream");
  made.set(http::field::user_agent, "troupe/" TROUPE_VERSION);
  for (const auto& [name, value] : request.headers)
    made.set(name, value);
  for (const auto& [name, value] : more)
    made.set(name, value);
  made.set(http::field::host, to.authority());
  made.set(http::field::connection, "close");
  if (request.body) {
    if (made.find(http::field::content_type) == made.end())
      made.set(http::field::content_type, "application/json");
    made.body() = request.body->text;
  }
  made.prepare_payload();
  return made;
}

template <class Stream>
class http_exchange final : public exchange,
                            public std::enable_shared_from_this<http_exchange<Stream>> {
public:
  http_exchange(
    const web_surroundings& around,
    const web_request& request,
    web_address to,
    listener tell)
    : to_(std::move(to)), resolver_(*around.on), stream_(made_stream(around)),
      said_(as_http(request, to_, around.headers)), reply_(request.id),
      reply_within_(request.reply_ms), tells_sending_(request.tell_sending),
      tell_(std::move(tell)) {
    parser_.header_limit(head_bytes_max);
    parser_.body_limit(std::numeric_limits<std::uint64_t>::max());
  }

  void start() override {
    resolver_.async_resolve(
      plain_host(), to_.port, then([this](tcp::resolver::results_type found) {
        socket().expires_after(connect_within);
        socket().async_connect(
          found, then([this](const tcp::endpoint&) { connected(); }));
      }));
  }

  void abandon() override {
    tell_ = nullptr;
    resolver_.cancel();
    socket().close();
  }

private:
  static constexpr bool is_secure = std::is_same_v<Stream, secure_stream>;

  static Stream made_stream(const web_surroundings& around) {
    if constexpr (is_secure)
      return Stream(*around.on, *around.trust);
    else
      return Stream(*around.on);
  }

  /// Without the brackets of IPv6.
  [[nodiscard]] std::string plain_host() const {
    const auto& host = to_.host;
    return host.starts_with('[') ? host.substr(1, host.size() - 2) : host;
  }

  beast::tcp_stream& socket() {
    if constexpr (is_secure)
      return stream_.next_layer();
    else
      return stream_;
  }

  /// A handler that keeps this alive, is not called once it is abandoned, and goes on
  /// only if all is well.
  template <class Next>
  auto then(Next next) {
    return [ self = this->shared_from_this(), next ](
      const error_code& bad,
      auto&&... given) requires std::invocable<Next, decltype(given)...> {
      if (!self->tell_)
        return;
      if (bad)
        return self->broke(bad);
      next(std::forward<decltype(given)>(given)...);
    };
  }

  void connected() {
    watch_peer(socket().socket());
    if constexpr (is_secure) {
      expect_host(stream_.native_handle(), plain_host());
      socket().expires_after(connect_within);
      stream_.async_handshake(asio::ssl::stream_base::client, then([this] { send(); }));
    } else {
      send();
    }
  }

  void send() {
    sent_ = true;
    if (tells_sending_)
      tell_({.what = web_news_kind::sending, .id = reply_.id()});
    if (!tell_)
      return;
    if (reply_within_.count() > 0)
      socket().expires_after(reply_within_);
    else
      socket().expires_never();
    http::async_write(
      stream_, said_, then([this](std::size_t) {
        http::async_read_header(
          stream_, buffer_, parser_, then([this](std::size_t) { begun(); }));
      }));
  }

  void begun() {
    const auto& head = parser_.get();
    const auto field = [&](http::field name) { return std::string(head[name]); };
    const auto told = reply_.begin(
      {.status = head.result_int(),
       .type = field(http::field::content_type),
       .location = field(http::field::location),
       .retry_after = field(http::field::retry_after)});
    if (told)
      tell_(*told);
    read_on();
  }

  void read_on() {
    if (!tell_)
      return;
    if (parser_.is_done())
      return finish(reply_.end());
    if (reply_.is_stream())
      socket().expires_never();
    else
      socket().expires_after(body_within);
    parser_.get().body().data = piece_.data();
    parser_.get().body().size = piece_.size();
    http::async_read_some(
      stream_,
      buffer_,
      parser_,
      [self = this->shared_from_this(), this](error_code bad, std::size_t) {
        if (!tell_)
          return;
        took();
        if (bad && bad != http::error::need_buffer && !is_end(bad))
          return broke(bad);
        if (is_end(bad))
          return finish(reply_.end());
        read_on();
      });
  }

  /// A reply of no stated length ends with its connection.
  bool is_end(const error_code& bad) {
    return parser_.need_eof() &&
           (bad == http::error::end_of_stream || bad == asio::error::eof ||
            bad == asio::ssl::error::stream_truncated);
  }

  void took() {
    const auto size = piece_.size() - parser_.get().body().size;
    for (auto& each : reply_.take({piece_.data(), size})) {
      if (!tell_)
        return;
      if (each.what == web_news_kind::failed)
        return finish(std::move(each));
      tell_(std::move(each));
    }
  }

  void finish(web_news last) {
    if (const auto tell = std::exchange(tell_, nullptr))
      tell(std::move(last));
    socket().close();
  }

  void broke(const error_code& bad) {
    finish(reply_.failed(fault_of(bad), words_of(bad)));
  }

  web_fault fault_of(const error_code& bad) {
    if (bad == http::error::header_limit || bad == http::error::body_limit)
      return web_fault::too_large;
    if (is_untrusted())
      return web_fault::untrusted;
    if (!sent_)
      return web_fault::unreachable;
    if (bad == beast::error::timeout && !parser_.is_header_done())
      return web_fault::timeout;
    const bool is_cut =
      bad == http::error::end_of_stream || bad == http::error::partial_message;
    const bool is_http = bad.category() == make_error_code(http::error{}).category();
    return is_http && !is_cut ? web_fault::malformed : web_fault::lost;
  }

  bool is_untrusted() {
    if constexpr (is_secure)
      return !sent_ && SSL_get_verify_result(stream_.native_handle()) != X509_V_OK;
    else
      return false;
  }

  std::string words_of(const error_code& bad) {
    auto words = to_.authority() + ": " + bad.message();
    if constexpr (is_secure)
      if (is_untrusted())
        words =
          to_.authority() + ": its certificate is not trusted: " +
          X509_verify_cert_error_string(SSL_get_verify_result(stream_.native_handle()));
    return words;
  }

  web_address to_;
  tcp::resolver resolver_;
  Stream stream_;
  http::request<http::string_body> said_;
  http::response_parser<http::buffer_body> parser_;
  beast::flat_buffer buffer_{head_bytes_max};
  std::array<char, 16 * 1024> piece_{};
  reply_reader reply_;
  std::chrono::milliseconds reply_within_;
  bool tells_sending_;
  bool sent_ = false;
  listener tell_;
};

} // namespace

std::shared_ptr<exchange> make_exchange(
  const web_surroundings& around,
  const web_request& request,
  const web_address& to,
  exchange::listener tell) {
  if (to.secure)
    return std::make_shared<http_exchange<secure_stream>>(
      around, request, to, std::move(tell));
  return std::make_shared<http_exchange<plain_stream>>(
    around, request, to, std::move(tell));
}

} // namespace troupe::a2a
