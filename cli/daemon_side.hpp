#pragma once

#include "cli/dialer.hpp"
#include "cli/farewell.hpp"
#include "cli/ledger.hpp"
#include "cli/outbox.hpp"
#include "protocol/lines.hpp"

#include <array>
#include <poll.h>
#include <string>
#include <vector>

namespace troupe::cli {

/// The daemon as a relay sees it: reached, lost, reached again, with one conversation
/// that goes on over all of that. Never blocks: its owner polls what it asks for, then
/// gives it its turn.
///
/// Each conversation has a name of its own, by which the daemon knows a call that is
/// sent again. A client that initializes once more begins another one: its request ids
/// begin anew too, and must not be taken for the old ones.
class daemon_side {
public:
  using clock = dialer::clock;

  /// Writes to `client`, which outlives it.
  daemon_side(const place& where, hello greeting, outbox* client);

  void begin(clock::time_point now);

  /// A whole line of the client's. Only while `may_take()`.
  void take(const line_splitter::line& line, clock::time_point now);

  /// Without a daemon only as far as is needed to know that it is needed: the rest
  /// stays with the client, in order.
  [[nodiscard]] bool may_take() const;

  void client_ended(clock::time_point now) { farewell_.client_ended(now); }

  /// What to poll: the connection and the news of the daemon's start; until when.
  [[nodiscard]] std::array<pollfd, 2> wants() const;
  [[nodiscard]] clock::time_point due() const;

  /// With what poll said of `wants()`. Comes before what the client says, so that it is
  /// known whether there is a daemon to pass that on to.
  void turn(const std::array<pollfd, 2>& ready, clock::time_point now);

  /// Says what there is to say; after all else.
  void speak();

  /// After the client has ended: whether nothing more is to be waited for.
  [[nodiscard]] bool over(clock::time_point now) const;

  [[nodiscard]] bool ever_connected() const { return ever_connected_; }

private:
  enum class state : std::uint8_t { dialing, opening, open, lost };

  void dial(clock::time_point now);
  void give_up(const std::string& why);
  void connected();
  void opened();
  void lose(clock::time_point now);
  void begin_anew(clock::time_point now);
  void need(clock::time_point now);
  void hear(clock::time_point now);
  void heard(const line_splitter::line& line, clock::time_point now);
  void tell(const std::vector<std::string>& lines);
  void talk();
  void half_close();
  [[nodiscard]] bool is_needed() const {
    return !held_.empty() || ledger_.unanswered() > 0;
  }

  hello greeting_;
  outbox* client_;
  dialer dialer_;
  ledger ledger_;
  farewell farewell_;
  state state_ = state::dialing;
  keeper::descriptor link_;
  outbox to_daemon_;
  line_splitter lines_;
  std::vector<std::string> held_; ///< Lines that the ledger does not remember.
  bool half_closed_ = false;
  bool known_ = false; ///< The first attempt is over.
  bool ever_connected_ = false;
};

/// The line as it was: a splitter takes `\r\n` for a newline.
[[nodiscard]] std::string whole(const line_splitter::line& line);

} // namespace troupe::cli
