#pragma once

#include "agents/a2a/settings.hpp"
#include "protocol/json.hpp"

#include <string>

namespace troupe::agents::a2a {

/// How a remote agent is spoken with: what its card offers and we can.
struct agent_interface {
  dialect speaks = dialect::v1;
  web_address url;
  bool streams = false;
  std::string tenant;
};

/// Where to look for the card: the address itself if it names a file of JSON, else
/// below it. `older` is the name that versions before 0.3 had for it.
[[nodiscard]] web_address card_address(const web_address& agent, bool older = false);

/// JSON-RPC over HTTP, 1.0 rather than 0.3, the first of several. An interface at
/// another origin than the card's is refused unless the settings name it: whoever
/// writes the card could have our secrets sent anywhere.
[[nodiscard]] result<agent_interface>
choose_interface(const json& card, const web_address& from, const talk_settings& how);

} // namespace troupe::agents::a2a
