#include "cli/a2a_command.hpp"

#include "cli/console.hpp"
#include "keeper/descriptor.hpp"
#include "protocol/a2a_service.hpp"
#include "protocol/json.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <unistd.h>
#include <vector>

namespace troupe::cli {

namespace {

using keeper::descriptor;

struct pipe_ends {
  descriptor read;
  descriptor write;
};

std::optional<pipe_ends> make_pipe() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) < 0)
    return {};
  pipe_ends made;
  made.read.reset(fcntl(ends[0], F_DUPFD_CLOEXEC, tools_out_fd + 1));
  made.write.reset(fcntl(ends[1], F_DUPFD_CLOEXEC, tools_out_fd + 1));
  ::close(ends[0]);
  ::close(ends[1]);
  return made;
}

void become(const std::string& program, const std::vector<std::string>& argv) {
  std::vector<char*> words;
  for (const auto& word : argv)
    words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execv(program.c_str(), words.data());
}

/// In a child: ends with the pipe it reads from.
[[noreturn]] void
become_relay(const place& where, const pipe_ends& in, const pipe_ends& out) {
  dup2(in.read.get(), STDIN_FILENO);
  dup2(out.write.get(), STDOUT_FILENO);
  std::vector<std::string> argv{"troupe", "mcp", "--state-dir", where.state};
  if (where.config)
    argv.insert(argv.end(), {"--config", *where.config});
  become(where.program, argv);
  _exit(exit_failed);
}

std::string program_beside() {
  std::error_code ignored;
  const auto own = std::filesystem::read_symlink("/proc/self/exe", ignored);
  return own.parent_path() / "troupe-a2a";
}

} // namespace

int serve_a2a(const place& where, const a2a_options& wanted) {
  std::error_code bad;
  const auto cwd = std::filesystem::canonical(wanted.cwd.value_or("."), bad);
  if (bad || !std::filesystem::is_directory(cwd, bad))
    return complain("a2a serve: --cwd names no directory"), exit_usage;
  const a2a_service service{
    .backend = wanted.backend,
    .cwd = cwd,
    .name = wanted.name.value_or("troupe " + wanted.backend),
    .listen = wanted.listen,
    .port = wanted.port,
    .url = wanted.url,
    .token_env = wanted.token_env,
    .wants_token = !wanted.no_token};
  const auto in = make_pipe();
  const auto out = make_pipe();
  const auto child = in && out ? fork() : -1;
  if (child == 0)
    become_relay(where, *in, *out);
  if (child < 0)
    return complain("a2a serve: cannot fork"), exit_failed;
  dup2(out->read.get(), tools_in_fd);
  dup2(in->write.get(), tools_out_fd);
  const auto program = program_beside();
  become(program, {"troupe-a2a", "serve", encode_text(service)});
  complain("a2a serve: cannot execute " + program + ": " + std::strerror(errno));
  return exit_failed;
}

} // namespace troupe::cli
