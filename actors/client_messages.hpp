#pragma once

#include "actors/messages.hpp"
#include "protocol/hello.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// What the io room tells of clients.
namespace troupe {

struct client_joined : message_tag {
  std::uint64_t client = 0;
  int pid = 0;
  std::string cgroup;
  std::vector<int> ancestors;
  /// Of a client whose transport greets for it, having seen that a person is behind it.
  std::shared_ptr<const hello> greeting;
};

struct client_said : message_tag {
  std::uint64_t client = 0;
  std::string line;
  bool cut = false;
};

struct client_left : message_tag {
  std::uint64_t client = 0;
  std::string why;
};

/// How many clients there are now.
struct clients_here : message_tag {
  std::size_t count = 0;
};

} // namespace troupe
