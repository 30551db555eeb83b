#include "gateway/http_gate.hpp"

#include "protocol/hello.hpp"
#include "protocol/identity.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe::mcp {

void http_gate_state::begin(http_gate_actor::pointer self, http_gate_setup setup) {
  self_ = self;
  setup_ = std::move(setup);
  clients_.emplace(new_token);
  hello greeting;
  greeting.env = setup_.env;
  greeting_ = std::make_shared<const hello>(std::move(greeting));
}

void http_gate_state::ask(const http_asked& what) {
  ends_ = what.request.ends;
  obey(clients_->ask(
    what.by,
    what.request,
    run_token_of(what.request.head, setup_.rules),
    setup_.outside->now()));
}

void http_gate_state::hang_up(const http_left& what) {
  obey(clients_->hang_up(what.which, setup_.outside->now()));
}

void http_gate_state::say(const client_told& what) {
  obey(clients_->say(what.client, what.line, what.about, setup_.outside->now()));
}

void http_gate_state::drop(const client_dropped& what) {
  obey(clients_->close(what.client));
}

void http_gate_state::tick() {
  ticks_ = false;
  obey(clients_->tick(setup_.outside->now()));
}

void http_gate_state::obey(http_acts acts) {
  for (auto& act : acts)
    std::visit([this](auto& one) { obey(std::move(one)); }, act);
  if (clients_->empty() || std::exchange(ticks_, true))
    return;
  setup_.outside->wake_after(tick_period, self_->address(), 0);
}

void http_gate_state::obey(answer_exchange act) {
  setup_.exchanges->answer(act.to, std::move(act.what));
}

void http_gate_state::obey(open_stream act) {
  setup_.exchanges->open(act.to, std::move(act.fields));
}

void http_gate_state::obey(send_events act) {
  setup_.exchanges->stream(act.to, std::move(act.text));
}

void http_gate_state::obey(const end_stream& act) {
  setup_.exchanges->end(act.to);
}

void http_gate_state::obey(const client_in& act) {
  client_joined joined;
  joined.client = act.client;
  joined.ends = ends_;
  const bool is_person = act.run_token.empty();
  if (is_person)
    joined.greeting = greeting_;
  self_->send(setup_.gateway, std::move(joined));
  if (is_person)
    return;
  auto greeting = *greeting_;
  greeting.token = act.run_token;
  say_line(act.client, encode_text(greeting));
}

void http_gate_state::obey(line_in act) {
  say_line(act.client, std::move(act.line));
}

void http_gate_state::say_line(std::uint64_t client, std::string line) {
  client_said said;
  said.client = client;
  said.line = std::move(line);
  self_->send(setup_.gateway, std::move(said));
}

void http_gate_state::obey(const client_out& act) {
  client_left left;
  left.client = act.client;
  left.why = "ended";
  self_->send(setup_.gateway, std::move(left));
}

http_gate_actor::behavior_type http_gate(
  http_gate_actor::stateful_pointer<http_gate_state> self, http_gate_setup setup) {
  self->state.begin(self, std::move(setup));
  return {
    [self](const http_asked& what) { self->state.ask(what); },
    [self](const http_left& what) { self->state.hang_up(what); },
    [self](const client_told& what) { self->state.say(what); },
    [self](const client_dropped& what) { self->state.drop(what); },
    [self](const wake&) { self->state.tick(); }};
}

} // namespace troupe::mcp
