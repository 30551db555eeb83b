#pragma once

#include "keeper/descriptor.hpp"

#include <utility>

#include <boost/asio/local/stream_protocol.hpp>

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::io {

using keeper::descriptor;

/// One end of a connected Unix stream socket: bytes in on demand, with the descriptors
/// that came beside them; lines out, gathered. Lives on the loop's thread, which makes
/// all calls; makes none after close(). Held by shared pointer.
class channel : public std::enable_shared_from_this<channel> {
public:
  static constexpr std::size_t receive_bytes_max = 64 * 1024;
  static constexpr std::size_t gathered_lines_max = 64;

  virtual ~channel() = default;
  channel(const channel&) = delete;
  channel& operator=(const channel&) = delete;

protected:
  /// At most descriptors_max arrive with one receive; with 0, all sent are refused.
  channel(boost::asio::io_context& on, descriptor socket, std::size_t descriptors_max);

  /// Something came: the next receive() asks for more. Descriptors were sent with
  /// the last of these bytes: the kernel glues nothing to what follows them.
  virtual void received(std::string_view bytes, std::vector<descriptor> beside) = 0;

  /// Nothing more will come.
  virtual void ended(std::string why) = 0;

  /// The other side takes nothing more: what was unsent is dropped, and so is all that
  /// is sent from now on. What it had sent can still be received, up to ended().
  virtual void broken(std::string why) = 0;

  /// All that was sent is written.
  virtual void flushed() {}

  /// The other side is closed, not only for writing. Only after await_hang_up().
  virtual void hung_up() {}

  [[nodiscard]] bool open() const { return socket_.is_open(); }
  [[nodiscard]] bool writable() const { return open() && !broken_; }
  [[nodiscard]] bool is_hung_up();

  void receive();              ///< Asks for one received() or ended(); idempotent.
  void send(std::string line); ///< Adds the newline; written soon, gathered.
  void write();                ///< Writes now what can be written without waiting.
  [[nodiscard]] std::size_t unsent_bytes() const { return unsent_bytes_; }

  void await_hang_up();
  void close(); ///< At once; drops what is unsent.

private:
  void read();
  void wait_to_write();
  void advance(std::size_t written);
  void break_off(int error);

  boost::asio::local::stream_protocol::socket socket_;
  std::size_t descriptors_max_;
  std::deque<std::string> unsent_;
  std::size_t unsent_bytes_ = 0;
  std::size_t written_of_first_ = 0;
  bool receiving_ = false;
  bool flushing_ = false;
  bool blocked_ = false;
  bool broken_ = false;
};

} // namespace troupe::io
