#include "store/inbox.hpp"

#include "tests/store/scratch.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace troupe::store {
namespace {

struct inbox_file : ::testing::Test {
  scratch dir;
  layout at{dir.path()};
};

TEST_F(inbox_file, IsEmptyWhereThereIsNone) {
  const auto inbox = load_inbox(at, "s_1");

  ASSERT_TRUE(inbox);
  EXPECT_EQ(inbox->session_id, "s_1");
  EXPECT_TRUE(inbox->letters.empty());
}

TEST_F(inbox_file, KeepsMessagesWithTheirReceipts) {
  inbox_record inbox{.session_id = "s_1", .last_seq = 1, .letters = {}};
  inbox.letters.push_back({{.message_id = "m_1", .seq = 1}, {"key"}, "r_1"});
  inbox.letters.front().letter.body = text_message("hello");
  inbox.letters.front().letter.state = message_state::failed;

  ASSERT_TRUE(save_inbox(at, inbox));

  EXPECT_EQ(*load_inbox(at, "s_1"), inbox);
}

TEST_F(inbox_file, IsSetAsideWhenItIsDamaged) {
  ASSERT_TRUE(save_inbox(at, {.session_id = "s_1", .letters = {}}));
  std::ofstream(at.inbox_file("s_1")) << "{";

  const auto damaged = load_inbox(at, "s_1");

  ASSERT_FALSE(damaged);
  EXPECT_NE(damaged.error().message.find("begins anew"), std::string::npos);
  EXPECT_TRUE(load_inbox(at, "s_1"));
}

} // namespace
} // namespace troupe::store
