#include "tests/e2e/agent_tricks.hpp"

#include "tests/e2e/agent_words.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <map>
#include <string_view>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace troupe::e2e {

namespace {

void turn_deaf() {
  for (const int n : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGPIPE})
    signal(n, SIG_IGN);
}

/// Runs `what` in a grandchild in a session of its own, once that stands.
void far_away(void (*what)()) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) < 0)
    _exit(9);
  const auto child = fork();
  if (child == 0) {
    setsid();
    if (fork() != 0)
      _exit(0);
    setsid();
    close(ends[0]);
    const char here = '.';
    if (write(ends[1], &here, 1) != 1)
      _exit(9);
    close(ends[1]);
    what();
  }
  close(ends[1]);
  waitpid(child, nullptr, 0);
  char here = 0;
  if (read(ends[0], &here, 1) != 1)
    _exit(9);
  close(ends[0]);
}

int double_fork(const arguments&) {
  far_away([] { stay(); });
  print("ready\n");
  stay();
}

int deaf(const arguments&) {
  turn_deaf();
  print("ready\n");
  stay();
}

/// Lives on as its own child, a few hundred times a second.
void move_on() {
  turn_deaf();
  for (;;) {
    if (fork() > 0)
      _exit(0);
    setsid();
    rest(3);
  }
}

int respawner(const arguments&) {
  far_away(move_on);
  far_away(move_on);
  print("ready\n");
  stay();
}

/// fork_bomb <most>: everything forks and goes on forking; after that many forks it
/// rests, so that a machine without a limit survives the test.
int fork_bomb(const arguments& args) {
  const auto most = number(args.at(0));
  auto* const made = static_cast<std::atomic<std::size_t>*>(
    mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const auto first = getpid();
  bool said = false;
  turn_deaf();
  while (made->load() < most) {
    const auto child = fork();
    if (child >= 0) {
      made->fetch_add(1);
      if (child == 0)
        said = true;
      continue;
    }
    if (getpid() == first && !std::exchange(said, true))
      print("refused\n");
    rest(20);
  }
  if (getpid() == first)
    print("spent\n");
  stay();
}

int flood(const arguments&) {
  const std::string line(4096, 'f');
  for (;;)
    print(line + '\n');
}

/// dribble <text>: one byte a second.
int dribble(const arguments& args) {
  for (const char c : args.at(0)) {
    print({&c, 1});
    rest(1000);
  }
  print("\n");
  return 0;
}

int long_line(const arguments& args) {
  const std::string block(1 << 20, 'l');
  for (std::size_t i = 0; i < number(args.at(0)); ++i)
    print(block);
  print("\nafter\n");
  return 0;
}

int no_newline(const arguments&) {
  print("first\nlast words");
  return 0;
}

int closes_stdio(const arguments&) {
  print("ready\n");
  for (const int fd : {0, 1, 2})
    close(fd);
  stay();
}

int stops_itself(const arguments&) {
  print("ready\n");
  for (;;)
    raise(SIGSTOP);
}

int leaves_children(const arguments&) {
  if (fork() == 0)
    stay();
  far_away([] { stay(); });
  print("done\n");
  return 0;
}

/// A daemon by the book: nothing of it hangs on its parent.
int daemoniser(const arguments&) {
  far_away([] {
    turn_deaf();
    const int nowhere = open("/dev/null", O_RDWR);
    for (const int fd : {0, 1, 2})
      dup2(nowhere, fd);
    if (chdir("/") < 0 || clearenv() < 0)
      _exit(9);
    stay();
  });
  print("done\n");
  return 0;
}

int binary(const arguments&) {
  std::string all;
  for (int i = 0; i < 256; ++i)
    if (i != '\n')
      all += static_cast<char>(i);
  print(all + '\n');
  return 0;
}

/// silent <code>: ends with it before the first line.
int speechless(const arguments& args) {
  return static_cast<int>(number(args.at(0)));
}

/// truncate <file>: talks, waits for the file, then opens its own stdout anew, and
/// talks on where it stood.
int truncates(const arguments& args) {
  print("one " + std::string(8192, 'o') + "\n");
  while (access(args.at(0).c_str(), F_OK) != 0)
    rest(5);
  const int again = open("/dev/stdout", O_WRONLY | O_TRUNC);
  print(again < 0 ? "refused\n" : "truncated\n");
  print("three\n");
  return 0;
}

} // namespace

int trick(const arguments& args) {
  static const std::map<std::string, int (*)(const arguments&), std::less<>> tricks{
    {"double_fork", double_fork},
    {"deaf", deaf},
    {"respawner", respawner},
    {"fork_bomb", fork_bomb},
    {"flood", flood},
    {"dribble", dribble},
    {"long_line", long_line},
    {"no_newline", no_newline},
    {"closes_stdio", closes_stdio},
    {"stops_itself", stops_itself},
    {"leaves_children", leaves_children},
    {"daemoniser", daemoniser},
    {"binary", binary},
    {"silent", speechless},
    {"truncates", truncates}};
  const auto found = args.empty() ? tricks.end() : tricks.find(args.front());
  return found == tricks.end() ? 2 : found->second({args.begin() + 1, args.end()});
}

} // namespace troupe::e2e
