#include "agents/codex/command_text.hpp"

#include <gtest/gtest.h>

namespace troupe::agents::codex {

namespace {

TEST(CommandText, FindsTheScriptThatAShellIsGiven) {
  EXPECT_EQ(script_in("/bin/bash -lc 'git log'"), "git log");
  EXPECT_EQ(script_in("bash -c ls"), "ls");
  EXPECT_EQ(script_in("/usr/bin/fish -c 'rm x'"), "rm x");
}

TEST(CommandText, JoinsTheQuotingsOfOneWord) {
  EXPECT_EQ(
    script_in(R"(/bin/bash -lc "touch a && echo \"it's "'$HOME"')"),
    R"(touch a && echo "it's $HOME")");
  EXPECT_EQ(script_in(R"(sh -c a\ b'c'"d")"), "a bcd");
}

TEST(CommandText, LeavesACommandWithoutAShellAsItIs) {
  EXPECT_EQ(script_in("git log --oneline"), "git log --oneline");
}

TEST(CommandText, ReadsNothingThatAShellWouldActOn) {
  for (const auto* text :
       {"/bin/bash -lc 'git log",
        "/bin/bash -lc git; rm x",
        R"x(bash -c "$(rm x)")x",
        "bash -lc ls extra",
        "bash script.sh",
        "git log | sh",
        "git \\",
        ""})
    EXPECT_EQ(script_in(text), std::nullopt) << text;
}

TEST(CommandText, ShowsWhatItCannotRead) {
  EXPECT_EQ(shown_command("bash -lc 'x"), "bash -lc 'x");
  EXPECT_EQ(shown_command("bash -lc 'x'"), "x");
}

} // namespace

} // namespace troupe::agents::codex
