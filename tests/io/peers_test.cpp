#include "io/peers.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::io {
namespace {

TEST(ProcessFacts, AreWholeUpToTheTopOfTheTree) {
  const auto facts = facts_of(getpid());

  EXPECT_TRUE(facts.whole);
  EXPECT_EQ(facts.who.pid, getpid());
  ASSERT_FALSE(facts.who.ancestors.empty());
  EXPECT_EQ(facts.who.ancestors.front(), getppid());
  EXPECT_TRUE(facts_of(facts.who.ancestors.back()).who.ancestors.empty());
}

TEST(ProcessFacts, AreNotWholeOfAProcessThatEnded) {
  const auto child = fork();
  if (child == 0)
    _exit(0);
  waitpid(child, nullptr, 0);

  const auto facts = facts_of(child);

  EXPECT_FALSE(facts.whole);
  EXPECT_TRUE(facts.who.ancestors.empty());
}

} // namespace
} // namespace troupe::io
