#include "tests/cli/fake_daemon.hpp"

#include "keeper/paths.hpp"
#include "protocol/identity.hpp"
#include "protocol/jsonrpc.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::testing {

using keeper::descriptor;

namespace {

bool await(int fd, short what) {
  pollfd ready{fd, what, 0};
  const auto ms = std::chrono::milliseconds(deadline).count();
  return poll(&ready, 1, static_cast<int>(ms)) == 1;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (const auto& text : texts)
    all.push_back(const_cast<char*>(text.c_str()));
  all.push_back(nullptr);
  return all;
}

std::array<descriptor, 2> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) < 0)
    std::abort();
  return {descriptor(ends[0]), descriptor(ends[1])};
}

} // namespace

meeting_place::meeting_place()
  : path_(
      std::filesystem::temp_directory_path() /
      ("troupe-" + new_token().substr(0, 12))) {
  std::filesystem::create_directories(path_ / "state");
  setenv("XDG_RUNTIME_DIR", path_.c_str(), 1);
}

meeting_place::~meeting_place() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string meeting_place::socket() const {
  const auto directory = keeper::state_dir(state());
  const auto path =
    directory ? keeper::socket_path(*directory) : fail(directory.error());
  EXPECT_TRUE(path) << path.error().message;
  return path.value_or("");
}

std::optional<std::string> line_end::line() {
  line_splitter::line line;
  while (true) {
    if (lines_.next(line)) {
      std::string text(line.text);
      return line.bytes > text.size() ? text + '\r' : text;
    }
    std::array<char, 64 * 1024> some{};
    if (!await(fd_.get(), POLLIN)) {
      ADD_FAILURE() << "no line came within the deadline";
      return {};
    }
    const auto n = ::read(fd_.get(), some.data(), some.size());
    if (n <= 0)
      return {};
    lines_.push({some.data(), static_cast<std::size_t>(n)});
  }
}

json line_end::message() {
  const auto text = line();
  auto value = parse_json(text.value_or(""));
  EXPECT_TRUE(value) << "not a message: " << text.value_or("the end");
  return value.value_or(json());
}

void line_end::say(std::string_view text) {
  say_bytes(std::string(text) + '\n');
}

void line_end::say_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    ASSERT_TRUE(await(fd_.get(), POLLOUT));
    const auto n =
      write(fd_.get(), bytes.data(), std::min<std::size_t>(bytes.size(), 4096));
    ASSERT_GT(n, 0);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

fake_daemon::fake_daemon(const std::string& path) {
  ::signal(SIGPIPE, SIG_IGN);
  unlink(path.c_str());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::ranges::copy(path, address.sun_path);
  listener_.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(
    bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(listen(listener_.get(), 64), 0);
}

line_end fake_daemon::accept() {
  EXPECT_TRUE(await(listener_.get(), POLLIN)) << "nobody connected";
  return line_end(descriptor(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)));
}

line_end fake_daemon::greeted() {
  auto client = accept();
  greeting_ = client.message();
  return client;
}

program::program(
  const std::vector<std::string>& argv, const std::vector<std::string>& environment) {
  auto [child_in, to_child] = make_pipe();
  auto [from_child, child_out] = make_pipe();
  auto [from_err, child_err] = make_pipe();
  pid_ = fork();
  if (pid_ == 0) {
    dup2(child_in.get(), 0);
    dup2(child_out.get(), 1);
    dup2(child_err.get(), 2);
    execve(argv[0].c_str(), pointers(argv).data(), pointers(environment).data());
    _exit(127);
  }
  in = line_end(std::move(to_child));
  out = line_end(std::move(from_child));
  err = line_end(std::move(from_err));
}

program::~program() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
}

void program::signal(int number) const {
  kill(pid_, number);
}

int program::exit_code() {
  const descriptor handle(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  if (!await(handle.get(), POLLIN))
    return -1;
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string troupe_program() {
  return std::string(TROUPE_BINARY_DIR) + "/bin/troupe";
}

json request(int id, std::string_view method, json params) {
  return jsonrpc::request(id, method, std::move(params));
}

json answer(const json& id, json outcome) {
  return jsonrpc::success(id, std::move(outcome));
}

} // namespace troupe::testing
