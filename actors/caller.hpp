#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace troupe {

/// Who asks. Found when a connection is accepted, from what the kernel says about the
/// peer and from the attempt's token; immutable for the life of the connection.
struct caller {
  std::optional<std::string> run_id;      ///< The run it is part of; absent: a person.
  std::uint32_t depth = 0;                ///< Of that run; 0 for a person.
  std::string cwd;                        ///< Of the client, for runs that name none.
  std::map<std::string, std::string> env; ///< Of the client, for the agents it starts.
  std::string relay;                      ///< Random name of the client's relay.
};

/// A question together with who asks it. `key` is the same if and only if the call is
/// the same one sent again: (relay, JSON-RPC id). Empty where the client has no relay.
template <class T>
struct asked {
  std::shared_ptr<const caller> who;
  std::string key;
  T what;
};

} // namespace troupe
