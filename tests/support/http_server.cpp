#include "tests/support/http_server.hpp"

#include "io/http_listener.hpp"
#include "io/timers.hpp"
#include "protocol/identity.hpp"

#include <optional>
#include <stdexcept>

namespace troupe::test {

struct http_server::state : std::enable_shared_from_this<state> {
  explicit state(events all) : to(std::move(all)) {}

  io::http_events heard() {
    return {
      .admit = [this](const http_head& head) { return mcp::refusal_of(head, rules); },
      .asked =
        [this](exchange_id by, const http_request& what) {
          obey(clients.ask(by, what, mcp::run_token_of(what.head, rules), now()));
        },
      .left = [this](exchange_id which) { obey(clients.hang_up(which, now())); }};
  }

  static mcp::http_moment now() {
    return std::chrono::duration_cast<mcp::http_moment>(
      std::chrono::steady_clock::now().time_since_epoch());
  }

  void obey(mcp::http_acts acts) {
    for (auto& act : acts)
      std::visit([this](auto& one) { take(one); }, act);
    if (clients.empty() || std::exchange(ticks, true))
      return;
    timers.after(std::chrono::seconds(1), [this] {
      ticks = false;
      obey(clients.tick(now()));
    });
  }

  void take(mcp::answer_exchange& a) { door->answer(a.to, std::move(a.what)); }
  void take(mcp::open_stream& a) { door->open(a.to, std::move(a.fields)); }
  void take(mcp::send_events& a) { door->stream(a.to, std::move(a.text)); }
  void take(mcp::end_stream& a) { door->end(a.to); }
  void take(const mcp::client_in& a) { to.opened(a.client); }
  void take(mcp::line_in& a) { to.said(a.client, std::move(a.line)); }
  void take(const mcp::client_out& a) { to.closed(a.client); }

  events to;
  mcp::http_rules rules;
  mcp::http_clients clients{new_token};
  std::uint16_t port = 0;
  bool ticks = false;
  io::loop loop;
  io::timers timers{loop};
  std::optional<io::http_door> door;
};

http_server::http_server(const options& how, events to)
  : state_(std::make_shared<state>(std::move(to))) {
  auto listener = io::listen_at(http_address{"127.0.0.1", how.port});
  if (!listener)
    throw std::runtime_error(listener.error().message);
  state_->rules.token = how.token;
  state_->clients = mcp::http_clients(new_token, how.mirrored);
  state_->port = io::address_of(listener->get()).port;
  state_->door.emplace(
    state_->loop, listener->release(), how.limits, nullptr, state_->heard());
  state_->loop.start();
}

http_server::~http_server() {
  state_->loop.stop();
}

std::uint16_t http_server::port() const {
  return state_->port;
}

void http_server::say(std::uint64_t client, std::string line, std::string about) {
  state_->loop.post(
    [s = state_.get(), client, line = std::move(line), about = std::move(about)] {
      s->obey(s->clients.say(client, line, about, state::now()));
    });
}

void http_server::end(std::uint64_t client) {
  state_->loop.post([s = state_.get(), client] { s->obey(s->clients.close(client)); });
}

} // namespace troupe::test
