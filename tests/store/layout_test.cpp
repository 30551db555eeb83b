#include "store/layout.hpp"

#include <gtest/gtest.h>

namespace troupe::store {
namespace {

const layout at{"/s"};

TEST(Layout, NamesEveryFileOfARun) {
  EXPECT_EQ(at.run_file("r_1"), "/s/runs/r_1/run.json");
  EXPECT_EQ(at.launch_file("r_1"), "/s/runs/r_1/launch.json");
  EXPECT_EQ(at.events_file("r_1"), "/s/runs/r_1/events.jsonl");
  EXPECT_EQ(at.result_file("r_1"), "/s/runs/r_1/result.json");
  EXPECT_EQ(at.stdout_file("r_1", 2), "/s/runs/r_1/attempts/2/stdout.ndjson");
  EXPECT_EQ(at.stderr_file("r_1", 2), "/s/runs/r_1/attempts/2/stderr.log");
  EXPECT_EQ(at.inputs_file("r_1", 2), "/s/runs/r_1/attempts/2/inputs.ndjson");
  EXPECT_EQ(at.token_file("r_1", 2), "/s/runs/r_1/attempts/2/token");
  EXPECT_EQ(at.session_file("s_1"), "/s/sessions/s_1.json");
}

TEST(Layout, NeverLeavesTheStateDirectoryWhateverTheId) {
  for (const auto* id : {"", ".", "..", "../../etc", "/etc/passwd", "a/b", "a\nb"}) {
    EXPECT_EQ(at.run(id).parent_path(), "/s/runs") << id;
    EXPECT_EQ(at.run(id).lexically_normal(), at.run(id)) << id;
    EXPECT_EQ(at.session_file(id).parent_path(), "/s/sessions") << id;
  }
}

} // namespace
} // namespace troupe::store
