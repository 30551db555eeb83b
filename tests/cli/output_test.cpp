#include "keeper/descriptor.hpp"

#include <gtest/gtest.h>

#include <array>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::cli {

namespace {

struct told {
  int code = -1;
  std::string complaint;
};

/// What `troupe --version` does when its stdout is this.
told say_version_to(int stdout_fd) {
  const auto program = std::string(TROUPE_BINARY_DIR) + "/bin/troupe";
  std::string word = "--version";
  std::array<char*, 3> words{const_cast<char*>(program.c_str()), word.data(), nullptr};
  std::array<int, 2> errors{};
  EXPECT_EQ(pipe2(errors.data(), O_CLOEXEC), 0);
  const keeper::descriptor reads(errors[0]);
  keeper::descriptor writes(errors[1]);
  posix_spawn_file_actions_t actions{};
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, stdout_fd, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, writes.get(), STDERR_FILENO);
  pid_t pid = 0;
  EXPECT_EQ(
    posix_spawn(&pid, program.c_str(), &actions, nullptr, words.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  writes.reset();

  told by;
  std::array<char, 512> some{};
  for (ssize_t n = 0; (n = read(reads.get(), some.data(), some.size())) > 0;)
    by.complaint.append(some.data(), static_cast<std::size_t>(n));
  int status = 0;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  by.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return by;
}

} // namespace

TEST(Output, ThatCannotBeWrittenIsAFailure) {
  const keeper::descriptor full(open("/dev/full", O_WRONLY | O_CLOEXEC));

  const auto by = say_version_to(full.get());

  EXPECT_EQ(by.code, 1);
  EXPECT_NE(by.complaint.find("could not all be written"), std::string::npos);
}

TEST(Output, ThatNobodyWantsAnyMoreIsNoFailure) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  const keeper::descriptor writes(ends[1]);
  keeper::descriptor(ends[0]).reset();

  const auto usual = signal(SIGPIPE, SIG_IGN);
  const auto by = say_version_to(writes.get());
  signal(SIGPIPE, usual);

  EXPECT_EQ(by.code, 0);
  EXPECT_EQ(by.complaint, "");
}

} // namespace troupe::cli
