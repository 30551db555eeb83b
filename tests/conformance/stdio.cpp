#include "tests/conformance/fixture.hpp"

#include <cstdio>
#include <iostream>

/// The fixture for one client on stdin and stdout.
int main() {
  using namespace troupe::conformance;
  constexpr std::uint64_t client = 1;
  fixture server([](std::uint64_t, const std::string& line, const std::string&) {
    if (line.starts_with("retry: "))
      return;
    std::fputs((line + "\n").c_str(), stdout);
    std::fflush(stdout);
  });
  server.opened(client);
  for (std::string line; std::getline(std::cin, line);)
    server.said(client, line);
}
