#include "tests/conformance/fixture.hpp"
#include "tests/support/http_server.hpp"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <unistd.h>

/// The fixture over Streamable HTTP on loopback, without a token: `PORT` (0: any),
/// which it prints. Ends with its stdin.
int main(int argc, char** argv) {
  using namespace troupe;
  std::unique_ptr<test::http_server> http;
  conformance::fixture server(
    [&](std::uint64_t client, std::string line, std::string about) {
      http->say(client, std::move(line), std::move(about));
    });
  test::http_server::options how;
  how.mirrored = mcp::mirrors_of(server.offered().tools);
  how.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0);
  http = std::make_unique<test::http_server>(
    how,
    test::http_server::events{
      [&](std::uint64_t client) { server.opened(client); },
      [&](std::uint64_t client, const std::string& line) { server.said(client, line); },
      [&](std::uint64_t client) { server.closed(client); }});
  std::printf("%d\n", http->port());
  std::fflush(stdout);
  char ignored = 0;
  while (read(STDIN_FILENO, &ignored, 1) > 0) {
  }
}
