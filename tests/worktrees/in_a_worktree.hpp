#pragma once

#include "tests/worktrees/project.hpp"
#include "worktrees/worktree.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::worktrees {

/// A project, and once it is begun a worktree of it as a run has one.
struct in_a_worktree : ::testing::Test {
  store::scratch dir;
  test::project home{dir / "project"};
  worktree_view at;

  void begin() {
    const auto got = make(
      {.cwd = home.top(),
       .path = dir / "trees/r_1",
       .name = "r_1",
       .agent_name = "agent1"});
    ASSERT_TRUE(got);
    at = got->view;
  }

  void write(const std::string& name, std::string_view text) const {
    store::write(at.path + "/" + name, text);
  }
  std::string git(std::vector<std::string> arguments) const {
    return test::project::git_in(at.path, std::move(arguments));
  }
};

} // namespace troupe::worktrees
