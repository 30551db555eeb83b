#pragma once

#include "protocol/json.hpp"
#include "protocol/lines.hpp"

#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <string>

namespace troupe::a2a {

/// The daemon's tools, through a relay (`troupe mcp`) at the other end of two pipes, as
/// for every client.
class mcp_client {
public:
  using answer = std::function<void(result<json>)>;

  static constexpr std::size_t line_bytes_max = 16 * 1024 * 1024;
  static constexpr std::size_t open_max = 1024; ///< More calls at once are refused.

  /// Takes both descriptors. `lost` is called once, when the relay has ended.
  mcp_client(boost::asio::io_context& on, int from, int to, std::function<void()> lost);

  /// Before anything else.
  void greet();

  /// The structured content of the tool's answer, or its error.
  void call(const std::string& tool, json arguments, answer to);

private:
  void ask(const char* method, json params, answer to);
  void write(const json& message);
  void write_on();
  void read();
  void take(std::string_view line);
  void give_up();

  boost::asio::posix::stream_descriptor from_;
  boost::asio::posix::stream_descriptor to_;
  std::function<void()> lost_;
  line_splitter lines_;
  std::deque<std::string> unwritten_;
  std::map<std::int64_t, answer> open_;
  std::int64_t last_ = 0;
  std::array<char, 64 * 1024> piece_{};
};

} // namespace troupe::a2a
