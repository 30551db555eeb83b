#include "bench/stress/agents.hpp"

#include "protocol/json.hpp"

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <sys/prctl.h>
#include <unistd.h>

namespace troupe::stress {

namespace {

std::vector<std::string> self_as(std::vector<std::string> words) {
  std::vector<std::string> argv{"/proc/self/exe", "--agent"};
  std::string path(4096, '\0');
  const auto size = readlink("/proc/self/exe", path.data(), path.size());
  argv[0] = path.substr(0, static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  argv.insert(argv.end(), words.begin(), words.end());
  return argv;
}

bool print(std::string_view text) {
  while (!text.empty()) {
    const auto n = write(STDOUT_FILENO, text.data(), text.size());
    if (n <= 0)
      return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

int write_events(int lines, std::size_t bytes) {
  constexpr std::size_t flush_bytes = 64 * 1024;
  const std::string frame = R"({"type":"agent_message","n":,"text":""})";
  std::string out;
  for (int n = 0; n < lines; ++n) {
    const auto number = std::to_string(n);
    out.append(R"({"type":"agent_message","n":)").append(number);
    out.append(R"(,"text":")");
    const auto used = frame.size() + number.size() + 1;
    out.append(bytes - std::min(bytes, used), static_cast<char>('a' + n % 26));
    out.append("\"}\n");
    if (out.size() < flush_bytes && n + 1 < lines)
      continue;
    if (!print(out))
      return 1;
    out.clear();
  }
  return 0;
}

int pour() {
  std::string all;
  for (int n = 0; n < 50; ++n)
    all.append(99, 'p').push_back('\n');
  const timespec pause{0, 10'000'000};
  while (print(all))
    nanosleep(&pause, nullptr);
  return 1;
}

int announce() {
  sigset_t again;
  sigemptyset(&again);
  sigaddset(&again, SIGUSR1);
  sigprocmask(SIG_BLOCK, &again, nullptr);
  for (int asked = 0; asked == 0 || asked == SIGUSR1;) {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    const auto ns = now.tv_sec * 1'000'000'000 + now.tv_nsec;
    const auto pid = std::to_string(getpid());
    if (!print(R"({"pid":)" + pid + R"(,"at":)" + std::to_string(ns) + "}\n"))
      return 1;
    sigwait(&again, &asked);
  }
  return 0;
}

/// Every process forks two until `count` are there in all, and tells so by a byte.
void grow(int count, int told) {
  for (int left = count - 1; left > 0;) {
    const int share = (left + 1) / 2;
    const auto pid = fork();
    if (pid < 0)
      std::abort();
    if (pid == 0) {
      setsid();
      for (int number = 1; number < SIGRTMAX; ++number)
        signal(number, SIG_IGN);
      count = share;
      left = share - 1;
      if (write(told, "x", 1) != 1)
        std::abort();
      continue;
    }
    left -= share;
  }
}

int be_hostile(int count) {
  int ends[2];
  if (pipe(ends) != 0)
    return 1;
  const auto first = getpid();
  grow(count, ends[1]);
  if (getpid() == first) {
    char byte = 0;
    for (int n = 1; n < count; ++n)
      if (read(ends[0], &byte, 1) != 1)
        return 1;
    print("complete\n");
  }
  while (true)
    pause();
}

} // namespace

std::vector<std::string> writer(int lines, int bytes) {
  return self_as({"writer", std::to_string(lines), std::to_string(bytes)});
}

std::vector<std::string> pourer() {
  return self_as({"pourer"});
}

std::vector<std::string> announcer() {
  return self_as({"announcer"});
}

std::vector<std::string> hostile_tree(int count, const std::string& mark) {
  return self_as({"tree", std::to_string(count), mark});
}

int play_agent(std::span<char*> arguments) {
  const std::vector<std::string> words(arguments.begin(), arguments.end());
  if (words.size() == 4 && words[1] == "writer")
    return write_events(
      std::stoi(words[2]), static_cast<std::size_t>(std::stoi(words[3])));
  if (words.size() == 2 && words[1] == "pourer")
    return pour();
  if (words.size() == 2 && words[1] == "announcer")
    return announce();
  if (words.size() == 4 && words[1] == "tree")
    return be_hostile(std::stoi(words[2]));
  return 2;
}

} // namespace troupe::stress
