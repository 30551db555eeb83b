#include "io/http_door.hpp"

#include "io/http_connection.hpp"
#include "io/http_text.hpp"
#include "io/tcp_peers.hpp"
#include "io/tls.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>

#include <cerrno>
#include <unordered_map>
#include <vector>

namespace troupe::io {

using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr int http_accepts_a_turn = 16;
constexpr auto http_pause = std::chrono::milliseconds(100);

tcp family_of(int socket) {
  sockaddr_storage own{};
  socklen_t size = sizeof own;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&own), &size);
  return own.ss_family == AF_INET6 ? tcp::v6() : tcp::v4();
}

} // namespace

struct http_door::state : std::enable_shared_from_this<state> {
  state(
    loop& l,
    const http_limits& limits,
    std::shared_ptr<tls_identity> identity,
    http_events to)
    : on(l), tls(std::move(identity)), house(std::make_shared<http_house>()),
      acceptor(l.context()), pause(l.context()), looks(l.context()) {
    house->limits = limits;
    house->to = std::move(to);
  }

  void listen(int listener);
  void close();
  void wait();
  void accept();
  void admit(keeper::descriptor socket);
  void look_later();
  void look();
  void with(exchange_id which, const std::function<void(http_connection&)>& act);

  loop& on;
  std::shared_ptr<tls_identity> tls;
  std::shared_ptr<http_house> house;
  tcp::acceptor acceptor;
  boost::asio::steady_timer pause;
  boost::asio::steady_timer looks;
  std::unordered_map<std::uint64_t, std::shared_ptr<http_connection>> inside;
  std::unordered_map<exchange_id, std::uint64_t> exchanges;
  std::uint64_t last = 0;
  bool looking = false;
};

void http_door::state::listen(int listener) {
  keeper::descriptor taken(listener);
  house->began = [this](exchange_id exchange, std::uint64_t connection) {
    exchanges.emplace(exchange, connection);
  };
  house->released = [this](exchange_id open, std::uint64_t connection) {
    exchanges.erase(open);
    inside.erase(connection);
  };
  error_code refused;
  acceptor.assign(family_of(listener), listener, refused);
  if (refused)
    return;
  static_cast<void>(taken.release());
  acceptor.native_non_blocking(true, refused);
  wait();
}

void http_door::state::close() {
  error_code ignored;
  acceptor.close(ignored);
  pause.cancel();
  looks.cancel();
  house->released = nullptr;
  house->began = nullptr;
  house->to = {};
  for (auto& [which, each] : std::exchange(inside, {}))
    each->abandon();
  exchanges.clear();
}

void http_door::state::wait() {
  acceptor.async_wait(
    acceptor.wait_read, [self = shared_from_this()](error_code) { self->accept(); });
}

void http_door::state::accept() {
  for (int i = 0; i < http_accepts_a_turn && acceptor.is_open(); ++i) {
    keeper::descriptor made(::accept4(
      acceptor.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (made)
      admit(std::move(made));
    else if (errno == EAGAIN)
      break;
    else if (errno != EINTR && errno != ECONNABORTED) {
      pause.expires_after(http_pause);
      pause.async_wait([self = shared_from_this()](error_code) { self->accept(); });
      return;
    }
  }
  if (acceptor.is_open())
    wait();
}

void http_door::state::admit(keeper::descriptor socket) {
  if (inside.size() >= house->limits.connections_max) {
    const auto line = print_answer(
      refusal_of(
        503,
        "this server has " + std::to_string(house->limits.connections_max) +
          " connections, its limit; close one that is no longer needed"),
      true);
    static_cast<void>(
      ::send(socket.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
    return;
  }
  const auto own = ++last;
  auto ends = ends_of(socket.get());
  if (ends)
    ends->connection = own;
  const auto made = std::make_shared<http_connection>(
    house, make_wire(on.context(), std::move(socket), tls), own, ends);
  inside.emplace(own, made);
  made->start();
  look_later();
}

/// Only while there is somebody to look at.
void http_door::state::look_later() {
  if (inside.empty() || std::exchange(looking, true))
    return;
  looks.expires_after(house->limits.look);
  looks.async_wait([self = shared_from_this()](error_code bad) {
    self->looking = false;
    if (!bad)
      self->look();
  });
}

void http_door::state::look() {
  const auto now = http_connection::clock::now();
  std::vector<std::shared_ptr<http_connection>> all;
  all.reserve(inside.size());
  for (const auto& [which, each] : inside)
    all.push_back(each);
  for (const auto& each : all)
    each->look(now);
  look_later();
}

void http_door::state::with(
  exchange_id which, const std::function<void(http_connection&)>& act) {
  const auto found = exchanges.find(which);
  if (found == exchanges.end())
    return;
  const auto it = inside.find(found->second);
  if (it == inside.end())
    return;
  const auto connection = it->second;
  act(*connection);
}

http_door::http_door(
  loop& on,
  int listener,
  const http_limits& limits,
  std::shared_ptr<tls_identity> tls,
  http_events to)
  : state_(std::make_shared<state>(on, limits, std::move(tls), std::move(to))) {
  on.perform([this, listener] { state_->listen(listener); });
}

http_door::~http_door() {
  state_->on.perform([this] { state_->close(); });
}

void http_door::answer(exchange_id to, http_answer what) {
  state_->on.post([state = state_, to, what = std::move(what)] {
    state->with(to, [&](http_connection& c) {
      state->exchanges.erase(to);
      c.answer(to, what);
    });
  });
}

void http_door::open(exchange_id to, http_fields fields) {
  state_->on.post([state = state_, to, fields = std::move(fields)] {
    state->with(to, [&](http_connection& c) { c.open(to, fields); });
  });
}

void http_door::stream(exchange_id to, std::string events) {
  state_->on.post([state = state_, to, events = std::move(events)] {
    state->with(to, [&](http_connection& c) { c.stream(to, events); });
  });
}

void http_door::end(exchange_id to) {
  state_->on.post([state = state_, to] {
    state->with(to, [&](http_connection& c) {
      state->exchanges.erase(to);
      c.end(to);
    });
  });
}

std::size_t http_door::connections() const {
  return state_->inside.size();
}

} // namespace troupe::io
