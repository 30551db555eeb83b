#pragma once

#include "keeper/descriptor.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

namespace troupe::test {

/// What came back: the head, and of the body what was read so far.
struct http_reply {
  int status = 0;
  std::map<std::string, std::string> fields; ///< Lower-case names.
  std::string body;

  [[nodiscard]] std::string field(const std::string& name) const;
};

/// A TCP connection that says what it is told to, byte by byte if need be. Everything
/// that is waited for has a deadline, whose passing is a failure of the test.
class http_peer {
public:
  using headers = std::map<std::string, std::string>;
  static constexpr int patience_s = 20;

  explicit http_peer(std::uint16_t port);

  /// Little of what is sent fits in the kernel, so that whoever sends fills it soon.
  void read_little();

  /// False if the other side is gone.
  bool say(std::string_view bytes);
  bool request(
    std::string_view method,
    const headers& fields,
    std::string_view body = {},
    std::string_view target = "/mcp");

  void half_close();
  void close() { fd_.reset(); }

  /// The next reply's head, and its body: of the length it says, or all events of a
  /// stream that ends.
  http_reply reply();
  http_reply head();

  /// The next event of a stream: the text up to its empty line. Comments are counted.
  /// Empty when the stream has ended.
  std::string event();

  /// The data of the next event that has any.
  std::string data();

  /// Reads on until a comment has come; false if the stream ended.
  bool read_comment();

  /// Whether something came that was not read yet; does not wait.
  [[nodiscard]] bool has_something() const;

  /// The stream ended as a whole one does.
  [[nodiscard]] bool ended_whole() const { return whole_; }
  [[nodiscard]] int comments() const { return comments_; }

  /// Waits for the connection to be closed by the other side.
  bool is_closed();

private:
  bool more();
  bool chunk();
  std::string until(const std::string& mark);
  std::string take(std::size_t bytes);

  keeper::descriptor fd_;
  std::string unread_;
  std::string events_;
  bool whole_ = false;
  bool broken_ = false;
  int comments_ = 0;
};

} // namespace troupe::test
