#include "actors/peers.hpp"

#include "io/tcp_peers.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe {

namespace {

void look(peers_state& state) {
  auto asked = std::exchange(state.waiting, {});
  std::vector<tcp_ends> all;
  all.reserve(asked.size());
  for (const auto& [ends, promise] : asked)
    all.push_back(ends);
  auto found = io::find_peers(all);
  for (std::size_t i = 0; i < asked.size(); ++i) {
    auto& [ends, promise] = asked[i];
    found_peer answer;
    answer.hung_up = found[i].hung_up;
    answer.pid = found[i].who.pid;
    answer.cgroup = std::move(found[i].who.cgroup);
    answer.ancestors = std::move(found[i].who.ancestors);
    state.remember(ends.connection, answer);
    promise.deliver(std::move(answer));
  }
}

} // namespace

void peers_state::remember(std::uint64_t connection, const found_peer& what) {
  if (!known.emplace(connection, what).second)
    return;
  order.push_back(connection);
  if (order.size() <= remembered_max)
    return;
  known.erase(order.front());
  order.pop_front();
}

peers_actor::behavior_type peers(peers_actor::stateful_pointer<peers_state> self) {
  return {
    [self](const find_peer& what) -> caf::result<found_peer> {
      auto& state = self->state;
      if (const auto before = state.known.find(what.ends.connection);
          before != state.known.end())
        return before->second;
      auto promise = self->make_response_promise<found_peer>();
      state.waiting.emplace_back(what.ends, promise);
      if (state.waiting.size() == 1)
        self->send(self, look_for_peers{});
      return promise;
    },
    [self](const look_for_peers&) { look(self->state); }};
}

} // namespace troupe
