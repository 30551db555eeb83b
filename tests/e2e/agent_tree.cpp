#include "tests/e2e/agent_tree.hpp"

#include "tests/e2e/agent_words.hpp"

#include <array>
#include <csignal>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::e2e {

namespace {

void ignore_polite_signals() {
  for (const int n : {SIGTERM, SIGINT, SIGHUP})
    signal(n, SIG_IGN);
}

/// In the child: one byte into the pipe says that it stands.
void stand(const std::array<int, 2>& pipe_ends) {
  const char here = '.';
  if (write(pipe_ends[1], &here, 1) != 1)
    _exit(9);
}

void leave_twice(const std::array<int, 2>& ends) {
  if (fork() != 0)
    return;
  setsid();
  if (fork() != 0)
    _exit(0);
  setsid();
  stand(ends);
  stay();
}

void stop_one(const std::array<int, 2>& ends) {
  if (fork() != 0)
    return;
  stand(ends);
  for (;;)
    raise(SIGSTOP);
}

/// Lives on as its own child, a few hundred times a second.
void respawn(const std::array<int, 2>& ends) {
  if (fork() != 0)
    return;
  setsid();
  stand(ends);
  for (;;) {
    const auto child = fork();
    if (child > 0)
      _exit(0);
    rest(3);
  }
}

} // namespace

int grow_tree(const std::vector<std::string>&) {
  ignore_polite_signals();
  std::array<int, 2> ends{};
  if (pipe(ends.data()) < 0)
    return 9;
  leave_twice(ends);
  stop_one(ends);
  respawn(ends);
  std::array<char, 3> there{};
  for (auto& each : there)
    if (read(ends[0], &each, 1) != 1)
      return 9;
  constexpr std::string_view ready = R"({"type":"agent_message","text":"ready"})"
                                     "\n";
  if (write(STDOUT_FILENO, ready.data(), ready.size()) < 0)
    return 9;
  stay();
}

int stray(const std::vector<std::string>& args) {
  const bool away = !args.empty() && args.front() == "--away";
  std::vector<char*> argv;
  for (std::size_t i = away ? 1 : 0; i < args.size(); ++i)
    argv.push_back(const_cast<char*>(args[i].c_str()));
  argv.push_back(nullptr);
  std::array<int, 2> ends{};
  if (pipe(ends.data()) < 0)
    return 9;
  const auto child = fork();
  if (child == 0) {
    close(ends[0]);
    if (away) {
      setsid();
      if (fork() != 0)
        _exit(0);
      setsid();
    }
    dup2(ends[1], STDOUT_FILENO);
    close(ends[1]);
    execv(argv[0], argv.data());
    _exit(127);
  }
  close(ends[1]);
  if (away)
    waitpid(child, nullptr, 0);
  std::array<char, 4096> some{};
  for (ssize_t n = 0; (n = read(ends[0], some.data(), some.size())) > 0;)
    if (write(STDOUT_FILENO, some.data(), static_cast<std::size_t>(n)) != n)
      return 9;
  return 0;
}

} // namespace troupe::e2e
