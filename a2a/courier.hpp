#pragma once

#include "a2a/exchange.hpp"
#include "a2a/secrets.hpp"
#include "protocol/lines.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace troupe::a2a {

/// Carries requests, a JSON line each, to a remote agent, and brings what came of them
/// as JSON lines. It parses no more than that, decides nothing, and lives on one
/// thread.
class courier {
public:
  static constexpr std::size_t line_bytes_max = 16 * 1024 * 1024;
  static constexpr std::size_t open_max = 16; ///< More requests at once are refused.

  /// Takes requests from `input`, which it closes. `tell` gets lines without newline.
  courier(
    boost::asio::io_context& on,
    int input,
    secrets known,
    std::function<void(const std::string&)> tell);

  /// Until the end of the input, which abandons what is not done.
  void start();

private:
  struct errand {
    web_request what;
    std::chrono::milliseconds wait; ///< Before the next poll.
    std::shared_ptr<boost::asio::steady_timer> timer;
    std::shared_ptr<exchange> talk;
  };

  void read();
  void take(std::string_view line);
  void begin(std::uint64_t id);
  void go(std::uint64_t id);
  void drop(std::uint64_t id);
  void heard(web_news news);
  [[nodiscard]] bool is_old(const web_news& news);
  void say(web_news news);
  void refuse(std::uint64_t id, const std::string& why);
  void leave();

  boost::asio::io_context& on_;
  std::optional<boost::asio::ssl::context> trust_; ///< Read when it is needed.
  boost::asio::posix::stream_descriptor input_;
  secrets known_;
  web_surroundings around_;
  std::function<void(const std::string&)> tell_;
  line_splitter lines_;
  std::map<std::uint64_t, errand> open_;
  std::string polled_; ///< The last reply to a poll that was told.
  std::array<char, 64 * 1024> piece_{};
};

} // namespace troupe::a2a
