#pragma once

#include "tests/store/scratch.hpp"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <filesystem>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <vector>

namespace troupe::test {

/// A git repository of a test's own, driven by git itself.
class project {
public:
  explicit project(std::filesystem::path top) : top_(std::move(top)) {
    std::filesystem::create_directories(top_);
    git({"init", "-q", "-b", "main"});
  }

  [[nodiscard]] const std::filesystem::path& top() const { return top_; }

  /// git in this directory, without the settings of whoever runs the tests. Its output
  /// without the last newline; a failure fails the test.
  std::string git(std::vector<std::string> arguments) const {
    return git_in(top_, std::move(arguments));
  }

  static std::string
  git_in(const std::filesystem::path& where, std::vector<std::string> arguments) {
    const auto out = (std::filesystem::temp_directory_path() /
                      ("troupe-git-" + std::to_string(::getpid())))
                       .string();
    std::vector<std::string> all{"git", "-C", where.string()};
    for (const char* setting :
         {"user.name=T", "user.email=t@example.org", "protocol.file.allow=always"})
      all.insert(all.end(), {"-c", setting});
    all.insert(all.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (auto& each : all)
      argv.push_back(each.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_addopen(
      &files, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    pid_t child = 0;
    EXPECT_EQ(::posix_spawnp(&child, "git", &files, nullptr, argv.data(), environ), 0);
    ::posix_spawn_file_actions_destroy(&files);
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0) << "git " << ::testing::PrintToString(arguments);
    auto text = store::slurp(out);
    std::filesystem::remove(out);
    while (text.ends_with('\n'))
      text.pop_back();
    return text;
  }

  /// Writes a file, with the directories above it.
  void write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((top_ / name).parent_path());
    store::write(top_ / name, text);
  }

  /// Writes and commits; the commit's id.
  std::string commit(const std::string& name, std::string_view text) const {
    write(name, text);
    git({"add", "-A"});
    git({"commit", "-q", "-m", "Change " + name});
    return git({"rev-parse", "HEAD"});
  }

private:
  std::filesystem::path top_;
};

} // namespace troupe::test
