#pragma once

#include "protocol/json.hpp"
#include "protocol/lines.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace troupe::examples {

/// Starts a program with stdin and stdout connected to the two ends returned.
struct child {
  pid_t pid = -1;
  int to = -1;   ///< Its stdin.
  int from = -1; ///< Its stdout.
};

[[nodiscard]] result<child> start(const std::vector<std::string>& argv);

/// Waits for its end; the exit code, or 128 and the signal.
int wait_for_end(const child& c);

/// The smallest useful MCP client: a server over stdio, one call at a time. Blocking;
/// one thread.
class client {
public:
  /// Hears of every call: the tool and its arguments.
  using listener = std::function<void(std::string_view tool, const json& arguments)>;

  /// Starts the server and initializes.
  [[nodiscard]] static result<client>
  connect(const std::vector<std::string>& argv, listener calls);

  client(client&& other) noexcept;
  client& operator=(client&&) = delete;

  /// Hangs up and waits for the server to leave.
  ~client();

  /// The structured answer of a tool; what the tool refuses is errc::conflict with its
  /// own words.
  [[nodiscard]] result<json> call(std::string_view tool, json arguments);

  template <record Answer>
  [[nodiscard]] result<Answer> call(std::string_view tool, json arguments) {
    auto answer = call(tool, std::move(arguments));
    if (!answer)
      return fail(std::move(answer.error()));
    return decode<Answer>(*answer);
  }

private:
  client(child server, listener calls) : server_(server), calls_(std::move(calls)) {}

  [[nodiscard]] result<json> ask(std::string_view method, json params);
  [[nodiscard]] result<void> say(const json& message);
  [[nodiscard]] result<void> hear();

  child server_;
  listener calls_;
  line_splitter lines_{8 * 1024 * 1024};
  std::uint64_t asked_ = 0;
};

} // namespace troupe::examples
