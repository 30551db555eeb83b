#include "keeper/hold.hpp"
#include "tests/keeper/world.hpp"

#include <gtest/gtest.h>
#include <string_view>

/// The test binary is also the hold and the supervisor of the keepers that it tests.
int main(int argc, char** argv) {
  const std::string_view role = argc > 1 ? argv[1] : "";
  if (role == "hold")
    return troupe::keeper::hold_main(argc - 1, argv + 1);
  if (role == "supervisor")
    return troupe::keeper::supervisor_stub(argv[2]);
  if (role == "agent")
    return troupe::keeper::hostile_agent(argv[2]);
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
