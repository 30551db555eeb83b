#include "gateway/gateway.hpp"

namespace troupe::mcp {

gateway_state::~gateway_state() {
  for (const auto& [client, speaker] : sessions_)
    outside_->hang_up(client);
}

void gateway_state::begin(
  gateway_actor::pointer self, room* outside, desk at, session_options options) {
  self_ = self;
  outside_ = outside;
  at_ = std::move(at);
  options_ = std::move(options);
}

void gateway_state::let_in(const client_joined& peer) {
  const auto speaker =
    self_->spawn<caf::linked>(session, peer, outside_, at_, options_);
  clients_.emplace(speaker.address(), peer.client);
  sessions_[peer.client] = speaker;
  count();
}

void gateway_state::count() {
  self_->send(at_.runs, clients_here{.count = sessions_.size()});
}

void gateway_state::pass_on(const client_said& said) {
  if (const auto it = sessions_.find(said.client); it != sessions_.end())
    self_->send(it->second, said);
}

void gateway_state::see_off(const client_left& left) {
  const auto node = sessions_.extract(left.client);
  if (node.empty())
    return;
  clients_.erase(node.mapped().address());
  self_->send(node.mapped(), left);
  count();
}

bool gateway_state::lost(const caf::actor_addr& who) {
  const auto node = clients_.extract(who);
  if (node.empty())
    return false;
  outside_->hang_up(node.mapped());
  sessions_.erase(node.mapped());
  count();
  return true;
}

gateway_actor::behavior_type gateway(
  gateway_actor::stateful_pointer<gateway_state> self,
  room* outside,
  desk at,
  session_options options) {
  self->state.begin(self, outside, std::move(at), std::move(options));
  self->set_exit_handler([self](caf::exit_msg& end) {
    if (!self->state.lost(end.source) && end.reason)
      self->quit(std::move(end.reason));
  });
  return {
    [self](const client_joined& peer) { self->state.let_in(peer); },
    [self](const client_said& said) { self->state.pass_on(said); },
    [self](const client_left& left) { self->state.see_off(left); }};
}

} // namespace troupe::mcp
