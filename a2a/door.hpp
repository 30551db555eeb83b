#pragma once

#include "a2a/desk.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <memory>
#include <string>

/// The HTTP side of a served agent.
namespace troupe::a2a {

/// Listens, and passes requests on to a desk: `GET /.well-known/agent-card.json` and
/// `POST /` only. HTTP/1.1, a request a connection, 8 MiB at most, 64 connections; one
/// more is closed. What comes from a page in a browser (Origin) is refused, whoever let
/// it here. On the thread of its context.
class door {
public:
  static constexpr std::size_t connections_max = 64;

  /// Throws boost::system::system_error if it cannot listen there.
  door(boost::asio::io_context& on, const std::string& address, unsigned short port);

  /// Which port it is, if it was left open.
  [[nodiscard]] unsigned short port() const;

  /// `token` is wanted of every request but that for the card; empty: of none.
  void open(offer what, std::string token, desk& to);

private:
  void accept();

  boost::asio::ip::tcp::acceptor acceptor_;
  offer offer_;
  std::string token_;
  desk* desk_ = nullptr;
  std::shared_ptr<int> counted_ = std::make_shared<int>(0);
};

} // namespace troupe::a2a
