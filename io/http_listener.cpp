#include "io/http_listener.hpp"

#include "keeper/files.hpp"

#include <utility>

#include <boost/asio/ip/tcp.hpp>

#include <sys/socket.h>

namespace troupe::io {

using boost::asio::ip::tcp;

namespace {

constexpr int backlog = 512;

bool set(int socket, int level, int option) {
  const int on = 1;
  return ::setsockopt(socket, level, option, &on, sizeof on) == 0;
}

} // namespace

result<keeper::descriptor> listen_at(const http_address& where) {
  boost::system::error_code wrong;
  const auto address = boost::asio::ip::make_address(where.host, wrong);
  if (wrong)
    return fail(errc::invalid_argument, where.host + " is no IP address");
  const tcp::endpoint end(address, where.port);
  keeper::descriptor fd(::socket(
    address.is_v6() ? AF_INET6 : AF_INET,
    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
    0));
  if (
    !fd || !set(fd.get(), SOL_SOCKET, SO_REUSEADDR) ||
    (address.is_v6() && !set(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY)) ||
    ::bind(fd.get(), end.data(), static_cast<socklen_t>(end.size())) < 0 ||
    ::listen(fd.get(), backlog) < 0)
    return keeper::fail_errno(
      errc::invalid_argument, "cannot listen at", to_string(where));
  return fd;
}

http_address address_of(int listener) {
  tcp::endpoint end;
  auto size = static_cast<socklen_t>(end.capacity());
  if (::getsockname(listener, end.data(), &size) < 0)
    return {};
  end.resize(size);
  return {end.address().to_string(), end.port()};
}

} // namespace troupe::io
