#include "tests/e2e/agent_oracle.hpp"

#include "tests/e2e/agent_words.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::e2e {

namespace {

constexpr std::size_t ballast = 80;

/// FNV-1a
std::uint64_t checksum(std::string_view text) {
  std::uint64_t sum = 0xcbf29ce484222325;
  for (const char c : text)
    sum = (sum ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return sum;
}

/// One process, whatever becomes of its number.
std::string self() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return std::to_string(getpid()) + "@" + std::to_string(now.tv_sec) + "." +
         std::to_string(now.tv_nsec);
}

/// The number of our attempt, as the place of its token says; 0 if it does not.
std::string attempt_number() {
  const char* token = std::getenv("TROUPE_TOKEN_FILE");
  const auto of = std::filesystem::path(token ? token : "").parent_path().filename();
  return number(of.string()) > 0 ? of.string() : "0";
}

/// Says in `<file>.<name>.ran` that this attempt runs. False if another one does: a
/// process of it, or of its children, holds the lock.
bool begins_alone(const std::string& file, const std::string& name) {
  const auto own = file + "." + name;
  const int lock = open((own + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const bool alone = lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0;
  const int ran = open((own + ".ran").c_str(), O_WRONLY | O_APPEND | O_CREAT, 0600);
  const auto line = (alone ? attempt_number() : "0") + "\n";
  if (write(ran, line.data(), line.size()) < 0)
    _exit(9);
  close(ran);
  if (!alone)
    print("double\n");
  return alone;
}

} // namespace

std::string oracle_line::text() const {
  const auto body = attempt + " " + std::to_string(n) + " " +
                    std::string(ballast, static_cast<char>('a' + (n % 26)));
  return body + " " + std::to_string(checksum(body));
}

bool oracle_line::read(const std::string& text) {
  std::istringstream words(text);
  words >> attempt >> n;
  return words && this->text() == text;
}

int oracle(const std::vector<std::string>& args) {
  const auto& file = args.at(0);
  if (!begins_alone(file, args.at(1)))
    return 66;
  oracle_line line{self()};
  while (access(file.c_str(), F_OK) != 0) {
    ++line.n;
    print(line.text() + "\n");
    rest(static_cast<long>(number(args.at(2))));
  }
  print("end " + line.attempt + " " + std::to_string(line.n) + "\n");
  return 0;
}

int second_try(const std::vector<std::string>& args) {
  const auto& file = args.at(0);
  if (!begins_alone(file, args.at(1)))
    return 66;
  const auto tried = file + "." + args.at(1) + ".tried";
  if (access(tried.c_str(), F_OK) == 0)
    return print("again\n"), 0;
  print("waits\n");
  while (access(file.c_str(), F_OK) != 0)
    rest(2);
  close(open(tried.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  return 3;
}

int listen(const std::vector<std::string>& args) {
  const auto& file = args.at(0);
  if (!begins_alone(file, args.at(1)))
    return 66;
  for (std::string line; std::getline(std::cin, line);) {
    const bool is_message = line.find("Message m_") != line.npos;
    print(is_message ? "heard\n" : "waits\n");
    while (access(file.c_str(), F_OK) != 0)
      rest(2);
    print("{\"type\":\"run_completed\"}\n");
  }
  return 0;
}

int hold_on(const std::vector<std::string>& args) {
  if (!begins_alone(args.at(0), args.at(1)))
    return 66;
  const auto child = fork();
  if (child == 0) {
    setsid();
    if (fork() != 0)
      _exit(0);
    stay();
  }
  waitpid(child, nullptr, 0);
  print("ready\n");
  stay();
}

} // namespace troupe::e2e
