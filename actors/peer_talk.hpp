#pragma once

#include "actors/room_messages.hpp"
#include "protocol/http.hpp"

#include <string>
#include <vector>

/// What PEERS is asked.
namespace troupe {

/// Which process is at the far end of a connection.
struct find_peer : message_tag {
  tcp_ends ends;
};

struct found_peer : message_tag {
  bool hung_up = false;
  int pid = 0; ///< 0: that cannot be seen.
  std::string cgroup;
  std::vector<int> ancestors;
};

struct look_for_peers : message_tag {};

} // namespace troupe
