#include "cli/version_probe.hpp"

#include "keeper/descriptor.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::cli {

namespace {

using keeper::descriptor;
using clock_type = std::chrono::steady_clock;

constexpr std::size_t version_bytes_max = 200;

[[noreturn]] void ask_version(const std::string& program, int answer) {
  setpgid(0, 0);
  const descriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  dup2(nothing.get(), STDIN_FILENO);
  dup2(answer, STDOUT_FILENO);
  dup2(nothing.get(), STDERR_FILENO);
  execl(program.c_str(), program.c_str(), "--version", nullptr);
  _exit(127);
}

/// What comes until the first newline, the end or the deadline.
std::string first_line(int fd, clock_type::time_point by) {
  std::string text;
  while (text.size() < version_bytes_max) {
    const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(by - clock_type::now()).count();
    pollfd ready{fd, POLLIN, 0};
    char c = 0;
    if (left <= 0 || poll(&ready, 1, static_cast<int>(left)) != 1)
      return {};
    if (read(fd, &c, 1) != 1 || c == '\n')
      break;
    text += c;
  }
  return text;
}

} // namespace

std::optional<std::string>
find_program(const std::string& name, const std::string& path_variable) {
  const auto is_program = [](const std::filesystem::path& path) {
    std::error_code ignored;
    return std::filesystem::is_regular_file(path, ignored) &&
           access(path.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string::npos)
    return is_program(name) ? std::optional(name) : std::nullopt;
  std::istringstream directories(path_variable);
  for (std::string directory; std::getline(directories, directory, ':');)
    if (const auto path = std::filesystem::path(directory) / name; is_program(path))
      return path.string();
  return {};
}

result<std::string>
version_of(const std::string& program, std::chrono::milliseconds patience) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) < 0)
    return fail(errc::busy, "no descriptor is left to run " + program);
  const descriptor heard(ends[0]);
  descriptor answer(ends[1]);
  const auto pid = fork();
  if (pid == 0)
    ask_version(program, answer.get());
  answer.reset();
  if (pid < 0)
    return fail(errc::busy, "no process is left to run " + program);
  auto text = first_line(heard.get(), clock_type::now() + patience);
  kill(-pid, SIGKILL);
  kill(pid, SIGKILL);
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (text.empty())
    return fail(
      errc::unavailable,
      program + " --version says nothing within " +
        std::to_string(std::chrono::ceil<std::chrono::seconds>(patience).count()) +
        " s");
  return text;
}

} // namespace troupe::cli
