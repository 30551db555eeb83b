#pragma once

#include "io/clients.hpp"

#include "inbox.hpp"
#include "plug.hpp"
#include "scratch.hpp"

#include <string>
#include <utility>
#include <vector>

namespace troupe::io {

struct saying {
  client_id who = 0;
  std::string line;
  bool cut = false;
};

struct leaving {
  client_id who = 0;
  std::string why;
};

/// Clients that come in by a socket, and what they do, as the test's thread sees it.
struct door : testing::Test {
  door() { on.start(); }

  plug connect() { return plug::into(path); }
  plug connect(client_id& who) {
    auto made = connect();
    who = joined.next().first;
    return made;
  }

  void settle() {
    for (int i = 0; i < 4; ++i)
      on.perform([] {});
  }

  std::vector<std::string> lines(std::size_t count) {
    std::vector<std::string> out;
    for (auto& s : said.take(count))
      out.push_back(s.line);
    return out;
  }

  scratch dir;
  std::string path = dir.path("door");
  inbox<std::pair<client_id, peer>> joined;
  inbox<saying> said;
  inbox<leaving> left;
  loop on;
  clients subject{
    on,
    listen_at(path).release(),
    {.joined =
       [this](client_id c, peer p) {
         joined.put({c, std::move(p)});
       },
     .said =
       [this](client_id c, std::string l, bool cut) {
         said.put({c, l, cut});
       },
     .left =
       [this](client_id c, std::string why) {
         left.put({c, std::move(why)});
       }}};
};

} // namespace troupe::io
