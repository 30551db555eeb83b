#pragma once

#include "io/channel.hpp"
#include "io/clients.hpp"
#include "protocol/lines.hpp"

#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace troupe::io {

/// One client of `clients`: cuts what it says into lines, as far as they are
/// acknowledged, and outlives its last word by what it is still to be told. On the
/// loop's thread.
class connection final : public channel {
public:
  /// `released` is called once, when the socket is closed.
  connection(
    boost::asio::io_context& on,
    descriptor socket,
    client_id own,
    std::shared_ptr<const client_events> to,
    std::function<void(client_id)> released);

  void join(peer who);
  void tell(std::string line);
  void acknowledge(int lines);
  void finish();  ///< Says nothing more; closes once all is written.
  void abandon(); ///< Closes at once and calls nothing any more.

private:
  void received(std::string_view bytes, std::vector<descriptor> beside) override;
  void ended(std::string why) override;
  void broken(std::string why) override;
  void flushed() override;
  void hung_up() override;

  void deliver();
  void leave(const std::string& why);
  void linger();
  void release();

  client_id own_;
  std::shared_ptr<const client_events> to_;
  std::function<void(client_id)> released_;
  line_splitter lines_;
  boost::asio::steady_timer patience_;
  int in_flight_ = 0;
  std::optional<std::string> broke_;
  std::optional<std::string> ended_;
  bool left_ = false;
  bool finishing_ = false;
};

} // namespace troupe::io
