#pragma once

#include "keeper/descriptor.hpp"
#include "protocol/json.hpp"
#include "protocol/lines.hpp"

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

/// The other sides of the front program, driven step by step by a test: every wait is
/// for an event, with a deadline that only a failure reaches.
namespace troupe::testing {

inline constexpr std::chrono::seconds deadline{20};

/// A directory of its own that is removed with everything in it, and the environment
/// under which daemon and clients meet there.
class meeting_place {
public:
  meeting_place();
  ~meeting_place();

  [[nodiscard]] std::string state() const { return path_ / "state"; }
  [[nodiscard]] std::string socket() const;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

/// Lines from and to a descriptor.
class line_end {
public:
  line_end() = default;
  explicit line_end(keeper::descriptor fd) : fd_(std::move(fd)) {}

  /// The next line as it is, without its newline; nothing at the end.
  [[nodiscard]] std::optional<std::string> line();
  [[nodiscard]] json message(); ///< The next line, parsed.
  void say(std::string_view text);
  void say(const json& message) { say(std::string_view(print_json(message))); }
  void say_bytes(std::string_view bytes);
  [[nodiscard]] bool at_end() { return !line(); }
  void end() { fd_.reset(); }
  [[nodiscard]] int fd() const { return fd_.get(); }

private:
  keeper::descriptor fd_;
  line_splitter lines_{64 * 1024 * 1024};
};

/// Listens where the daemon would, and answers nothing by itself.
class fake_daemon {
public:
  explicit fake_daemon(const std::string& socket);

  [[nodiscard]] line_end accept();

  /// accept, with the greeting read.
  [[nodiscard]] line_end greeted();
  [[nodiscard]] const json& greeting() const { return greeting_; }

private:
  keeper::descriptor listener_;
  json greeting_;
};

/// The real program as a child.
class program {
public:
  program(
    const std::vector<std::string>& argv, const std::vector<std::string>& environment);
  ~program();
  program(const program&) = delete;
  program& operator=(const program&) = delete;

  line_end in;  ///< Its stdin.
  line_end out; ///< Its stdout.
  line_end err; ///< Its stderr.

  void signal(int number) const;

  /// Exit code, 128 + signal, or -1 if it does not end.
  [[nodiscard]] int exit_code();
  [[nodiscard]] pid_t pid() const { return pid_; }

private:
  pid_t pid_ = -1;
};

/// build/<preset>/bin/troupe
[[nodiscard]] std::string troupe_program();

[[nodiscard]] json
request(int id, std::string_view method, json params = json::object());
[[nodiscard]] json answer(const json& id, json outcome = json::object());

} // namespace troupe::testing
