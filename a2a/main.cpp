#include "a2a/courier.hpp"
#include "a2a/serve.hpp"
#include "protocol/json.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <unistd.h>

/// troupe-a2a: speaks with a remote agent for an attempt (protocol/web.hpp). Started by
/// the keeper like any agent; its transcript is what the remote agent said. Or is one
/// itself, for `troupe a2a serve`.
namespace {

/// A transcript that cannot be written is the end: nobody would know what was heard.
void print(std::string line) {
  line += '\n';
  for (std::string_view rest = line; !rest.empty();) {
    const auto written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0) {
      std::perror("troupe-a2a: stdout");
      std::_Exit(EXIT_FAILURE);
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// As `troupe a2a serve` asks for it.
int serve(std::string_view asked) {
  const auto what = troupe::decode_text<troupe::a2a_service>(asked);
  if (!what) {
    std::fprintf(stderr, "troupe-a2a: %s\n", what.error().message.c_str());
    return EXIT_FAILURE;
  }
  return troupe::a2a::serve(*what, print);
}

} // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::string_view(argv[1]) == "--version") {
    std::printf("troupe-a2a %s\n", TROUPE_VERSION);
    return EXIT_SUCCESS;
  }
  std::signal(SIGPIPE, SIG_IGN);
  if (argc == 3 && std::string_view(argv[1]) == "serve")
    return serve(argv[2]);
  auto known = troupe::a2a::secrets::from_environment();
  if (!known) {
    std::fprintf(stderr, "backend_config.%s\n", known.error().message.c_str());
    return EXIT_FAILURE;
  }
  boost::asio::io_context context(1);
  troupe::a2a::courier courier(context, ::dup(STDIN_FILENO), std::move(*known), print);
  courier.start();
  context.run();
  return EXIT_SUCCESS;
}
