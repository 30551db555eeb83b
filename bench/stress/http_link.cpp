#include "bench/stress/http_link.hpp"

#include "bench/stress/figures.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

#include <limits>

namespace troupe::stress {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

void must_be_well(const error_code& bad, const char* doing) {
  if (bad)
    give_up("HTTP, " + std::string(doing) + ": " + bad.message());
}

asio::ip::tcp::endpoint on_this_machine(std::uint16_t port) {
  return {asio::ip::address_v4::loopback(), port};
}

/// Connects and writes; the text must stay where it is.
template <class Then>
void connect_and_say(
  asio::ip::tcp::socket& through,
  const asio::ip::tcp::endpoint& server,
  const std::string& text,
  Then then) {
  through.async_connect(server, [&through, &text, then](error_code bad) {
    must_be_well(bad, "connecting");
    through.set_option(asio::ip::tcp::no_delay(true));
    asio::async_write(
      through, asio::buffer(text), [then](error_code broken, std::size_t) {
        must_be_well(broken, "asking");
        then();
      });
  });
}

} // namespace

http_link::http_link(asio::io_context& on, std::uint16_t port)
  : server_(on_this_machine(port)), socket_(on) {}

void http_link::ask(std::string request, std::function<void(const answer&)> then) {
  request_ = std::move(request);
  then_ = std::move(then);
  if (!socket_.is_open())
    return begin();
  is_old_ = true;
  parser_.emplace();
  asio::async_write(
    socket_, asio::buffer(request_), [this](error_code bad, std::size_t) {
      if (bad)
        return begin();
      hear();
    });
}

void http_link::begin() {
  error_code ignored;
  socket_.close(ignored);
  buffer_.clear();
  is_old_ = false;
  parser_.emplace();
  connect_and_say(socket_, server_, request_, [this] { hear(); });
}

void http_link::hear() {
  parser_->body_limit(std::numeric_limits<std::uint64_t>::max());
  http::async_read(socket_, buffer_, *parser_, [this](error_code bad, std::size_t) {
    if (bad && is_old_ && !parser_->got_some())
      return begin();
    must_be_well(bad, "waiting for an answer");
    const auto come = parser_->release();
    if (!come.keep_alive())
      socket_.close(bad);
    std::exchange(then_, nullptr)(come);
  });
}

http_stream::http_stream(asio::io_context& on, std::uint16_t port)
  : server_(on_this_machine(port)), socket_(on) {
  parser_.body_limit(std::numeric_limits<std::uint64_t>::max());
}

void http_stream::open(
  std::string request,
  std::function<void()> begun,
  std::function<void(std::string_view)> said) {
  request_ = std::move(request);
  begun_ = std::move(begun);
  said_ = std::move(said);
  connect_and_say(socket_, server_, request_, [this] { begin(); });
}

void http_stream::begin() {
  http::async_read_header(
    socket_, buffer_, parser_, [this](error_code bad, std::size_t) {
      must_be_well(bad, "waiting for a stream");
      if (parser_.get().result() != http::status::ok)
        give_up("no stream: " + std::to_string(parser_.get().result_int()));
      begun_();
      listen();
    });
}

void http_stream::listen() {
  parser_.get().body().data = piece_.data();
  parser_.get().body().size = piece_.size();
  http::async_read_some(socket_, buffer_, parser_, [this](error_code bad, std::size_t) {
    if (bad != http::error::need_buffer)
      must_be_well(bad, "on a stream");
    if (parser_.is_done())
      give_up("a stream ended");
    take({piece_.data(), piece_.size() - parser_.get().body().size});
    listen();
  });
}

void http_stream::take(std::string_view text) {
  constexpr std::string_view name = "data: ";
  lines_.push(text);
  for (line_splitter::line line{}; lines_.next(line);)
    if (line.text.size() > name.size() && line.text.starts_with(name))
      said_(line.text.substr(name.size()));
}

} // namespace troupe::stress
