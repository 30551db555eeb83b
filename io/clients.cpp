#include "io/clients.hpp"

#include "io/connection.hpp"
#include "io/peers.hpp"

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <unordered_map>

namespace troupe::io {

using boost::system::error_code;

namespace {

constexpr int accepts_a_turn = 16;
constexpr auto pause_without_descriptors = std::chrono::milliseconds(100);

void turn_away(const descriptor& late) {
  const auto line =
    R"({"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":")"
    "this Troupe daemon already serves " +
    std::to_string(clients::clients_max) +
    " clients, which is its limit; close one that is no longer needed, then "
    "connect again\"}}\n";
  static_cast<void>(
    ::send(late.get(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT));
}

} // namespace

struct clients::state : std::enable_shared_from_this<state> {
  state(loop& l, client_events events)
    : on(l), to(std::make_shared<const client_events>(std::move(events))),
      door(l.context()), pause(l.context()) {}

  void listen(int listener);
  void stop_accepting();
  void close();
  void wait();
  void accept();
  void admit(descriptor socket);
  void with(client_id which, const std::function<void(connection&)>& act);

  loop& on;
  std::shared_ptr<const client_events> to;
  boost::asio::local::stream_protocol::acceptor door;
  boost::asio::steady_timer pause;
  std::unordered_map<client_id, std::shared_ptr<connection>> inside;
  client_id last = 0;
};

void clients::state::listen(int listener) {
  descriptor taken(listener);
  error_code refused;
  door.assign({}, listener, refused);
  if (refused)
    return;
  static_cast<void>(taken.release());
  door.native_non_blocking(true, refused);
  wait();
}

void clients::state::stop_accepting() {
  error_code ignored;
  door.close(ignored);
  pause.cancel();
}

void clients::state::close() {
  stop_accepting();
  for (auto& [which, client] : std::exchange(inside, {}))
    client->abandon();
}

void clients::state::wait() {
  door.async_wait(
    door.wait_read, [self = shared_from_this()](error_code) { self->accept(); });
}

void clients::state::accept() {
  for (int i = 0; i < accepts_a_turn && door.is_open(); ++i) {
    descriptor made(
      ::accept4(door.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (made)
      admit(std::move(made));
    else if (errno == EAGAIN)
      break;
    else if (errno != EINTR && errno != ECONNABORTED) {
      pause.expires_after(pause_without_descriptors);
      pause.async_wait([self = shared_from_this()](error_code) { self->accept(); });
      return;
    }
  }
  if (door.is_open())
    wait();
}

void clients::state::admit(descriptor socket) {
  auto who = peer_of(socket.get());
  if (!who || who->uid != ::geteuid())
    return;
  if (inside.size() >= clients_max)
    return turn_away(socket);
  const auto own = ++last;
  const auto client = std::make_shared<connection>(
    on.context(), std::move(socket), own, to, [this](client_id which) {
      inside.erase(which);
    });
  inside.emplace(own, client);
  client->join(std::move(*who));
}

void clients::state::with(
  client_id which, const std::function<void(connection&)>& act) {
  const auto found = inside.find(which);
  if (found == inside.end())
    return;
  const auto client = found->second;
  act(*client);
}

clients::clients(loop& on, int listener, client_events to)
  : state_(std::make_shared<state>(on, std::move(to))) {
  on.perform([this, listener] { state_->listen(listener); });
}

clients::~clients() {
  state_->on.perform([this] { state_->close(); });
}

void clients::send(client_id to, std::string line) {
  state_->on.post([state = state_, to, line = std::move(line)]() mutable {
    state->with(to, [&](connection& c) { c.tell(std::move(line)); });
  });
}

void clients::acknowledge(client_id whose, int lines) {
  state_->on.post([state = state_, whose, lines] {
    state->with(whose, [lines](connection& c) { c.acknowledge(lines); });
  });
}

void clients::close(client_id whom) {
  state_->on.post(
    [state = state_, whom] { state->with(whom, [](connection& c) { c.finish(); }); });
}

void clients::stop_accepting() {
  state_->on.post([state = state_] { state->stop_accepting(); });
}

} // namespace troupe::io
