#include "actors/peers.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe {

namespace {

found_peer told_of(io::tcp_peer seen) {
  found_peer what;
  what.hung_up = seen.hung_up;
  what.pid = seen.who.pid;
  what.cgroup = std::move(seen.who.cgroup);
  what.ancestors = std::move(seen.who.ancestors);
  return what;
}

} // namespace

void peers_state::begin(peers_actor::pointer self, peer_look look) {
  self_ = self;
  look_ = std::move(look);
}

caf::result<found_peer> peers_state::find(const tcp_ends& ends) {
  if (const auto before = known_.find(ends.connection); before != known_.end())
    return before->second;
  auto promise = self_->make_response_promise<found_peer>();
  waiting_.emplace_back(ends, promise);
  if (waiting_.size() == 1)
    self_->send(self_, look_for_peers{});
  return promise;
}

void peers_state::look() {
  auto asked = std::exchange(waiting_, {});
  std::vector<tcp_ends> all;
  all.reserve(asked.size());
  for (const auto& [ends, promise] : asked)
    all.push_back(ends);
  auto seen = look_(all);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    auto answer = told_of(std::move(seen[i]));
    if (!answer.hung_up)
      remember(all[i].connection, answer);
    asked[i].second.deliver(std::move(answer));
  }
}

void peers_state::remember(std::uint64_t connection, const found_peer& what) {
  if (!known_.emplace(connection, what).second)
    return;
  order_.push_back(connection);
  if (order_.size() <= remembered_max)
    return;
  known_.erase(order_.front());
  order_.pop_front();
}

peers_actor::behavior_type
peers(peers_actor::stateful_pointer<peers_state> self, peer_look look) {
  self->state.begin(self, std::move(look));
  return {
    [self](const find_peer& what) { return self->state.find(what.ends); },
    [self](const look_for_peers&) { self->state.look(); }};
}

} // namespace troupe
