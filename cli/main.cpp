#include "cli/arguments.hpp"
#include "cli/place.hpp"
#include "cli/relay.hpp"

#include <cstdio>

namespace {

using namespace troupe;
using namespace troupe::cli;

int obey(const invocation& order) {
  if (std::holds_alternative<version_options>(order.what)) {
    std::puts("troupe " TROUPE_VERSION);
    return exit_ok;
  }
  const auto where = find_place(order.state_dir, order.config);
  if (!where) {
    std::fprintf(stderr, "troupe: %s\n", where.error().message.c_str());
    return exit_failed;
  }
  if (const auto* mcp = std::get_if<mcp_options>(&order.what))
    return relay(*where, greeting(mcp->toolsets));
  return exit_usage;
}

} // namespace

int main(int argc, char** argv) {
  const auto order = read_arguments(argc, argv);
  if (const auto* told = std::get_if<advice>(&order)) {
    std::fputs(told->text.c_str(), told->code == exit_ok ? stdout : stderr);
    return told->code;
  }
  return obey(std::get<invocation>(order));
}
