#pragma once

#include "actors/messages.hpp"
#include "protocol/hello.hpp"
#include "protocol/http.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// What the io room tells of clients.
namespace troupe {

struct client_joined : message_tag {
  std::uint64_t client = 0;
  int pid = 0;
  std::string cgroup;
  std::vector<int> ancestors;
  /// Of a client whose transport greets for it: a person, unless `ends` tell otherwise.
  std::shared_ptr<const hello> greeting;
  /// Of one that came by TCP: whose process is at the far end is looked up.
  std::optional<tcp_ends> ends;
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
