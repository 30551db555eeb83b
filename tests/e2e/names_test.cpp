#include "tests/e2e/daemon.hpp"

namespace troupe::e2e {

class names : public daemon_test {};

/// Whoever is told of the end may give the name again at once.
TEST_F(names, AreFreeOnceTheEndOfTheirRunIsTold) {
  configure("limits:\n  spawns_per_minute: 1000000\n");
  auto me = join();
  for (int n = 0; n < 100; ++n) {
    const auto run = agent({"answer", "3"}, {{"nickname", "finch"}});
    const auto id = me->must("spawn_run", run).value("run_id", "");
    me->ended({id});
  }
}

} // namespace troupe::e2e
