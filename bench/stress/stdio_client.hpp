#pragma once

#include "bench/stress/load.hpp"
#include "keeper/spawn.hpp"
#include "protocol/lines.hpp"

#include <utility>

#include <boost/asio/local/stream_protocol.hpp>

#include <array>
#include <string>

namespace troupe::stress {

/// Starts a program with this for its stdin and stdout.
using starter = std::function<keeper::launched(int socket)>;

/// A client over stdio, of MCP 2025-11-25, and the process that serves it, which ends
/// with it. Each call is get_run of one run.
class stdio_client final : public caller {
public:
  stdio_client(
    boost::asio::io_context& on, const starter& start, const std::string& run_id);
  ~stdio_client() override;

  /// initialize.
  void begin(std::function<void()> then);
  void call(std::function<void()> then) override;

  [[nodiscard]] int pid() const { return server_.pid; }

private:
  void ask(const json& what, std::function<void(std::string_view)> then);
  void say(const json& what, std::function<void()> then);
  void listen();

  boost::asio::local::stream_protocol::socket link_;
  keeper::launched server_;
  std::string run_id_;
  std::string said_;
  std::function<void(std::string_view)> then_;
  line_splitter lines_{8 * 1024 * 1024};
  std::array<char, 16 * 1024> piece_{};
  std::uint64_t asked_ = 0;
};

} // namespace troupe::stress
