#pragma once

#include "cli/envelope.hpp"

#include <cstddef>
#include <list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cli {

/// What a relay must remember of a conversation to take it up again with a daemon that
/// has lost it: how it was opened, what was subscribed, which requests are unanswered.
/// Pure: knows lines, no sockets. Lines are given and returned without their newline.
class ledger {
public:
  /// Requests kept whole for sending again. One beyond that is remembered by its id
  /// only: it works, but if the daemon is lost it is answered with an error.
  static constexpr std::size_t kept_bytes_max = 32 * 1024 * 1024;

  /// Whether this opens another conversation than the one known here, which calls or an
  /// initialize have begun: one whose request ids mean other requests.
  [[nodiscard]] bool begins_anew(std::string_view line) const;

  /// Whether it is remembered here; anything else is for the caller to keep, if the
  /// daemon is not there to hear it.
  bool client_said(std::string_view line);

  /// Whether the client is to see this line; not if it answers what was only repeated.
  [[nodiscard]] bool daemon_said(std::string_view line);

  /// Requests the client waits for.
  [[nodiscard]] std::size_t unanswered() const { return requests_.size(); }

  [[nodiscard]] std::size_t kept_bytes() const { return kept_bytes_; }

  /// Whether the last line from the daemon answered something, repeated or not.
  [[nodiscard]] bool answered() const { return answered_; }

  /// To be said first to a new daemon: the initialize that the lost one had answered,
  /// under an id of our own. Empty if there was none.
  [[nodiscard]] std::vector<std::string> opening();

  /// Whether the answer to `opening()` is still to come.
  [[nodiscard]] bool opening_unanswered() const;

  /// To be said next: initialized, log level, subscriptions, then every unanswered
  /// request as the client sent it. A request that was not kept is left for `lost()`.
  [[nodiscard]] std::vector<std::string> rest();

  /// Error answers for the requests that cannot be sent again; forgets them.
  [[nodiscard]] std::vector<std::string> unkept();

  /// Error answers for every unanswered request, saying `why`; forgets them.
  [[nodiscard]] std::vector<std::string> give_up(std::string_view why);

private:
  struct request {
    std::string id;
    std::string method;
    std::string line; ///< Empty if it was not kept.
  };

  void remember(const envelope& e, std::string_view line);
  void subscribe(bool on, std::string_view line);
  void cancelled(std::string_view line);
  [[nodiscard]] bool waits_for(std::string_view method) const;
  void drop(std::list<request>::iterator which);
  [[nodiscard]] std::string repeat(const std::string& line);

  std::string initialize_;
  std::string initialize_id_;
  bool begun_ = false;
  bool open_ = false; ///< The daemon has answered `initialize_`.
  std::string initialized_;
  std::string level_;
  std::map<std::string, std::string> subscriptions_;
  std::list<request> requests_;
  std::size_t kept_bytes_ = 0;
  std::set<std::string> repeated_;
  std::string opening_id_;
  std::uint64_t repeats_ = 0;
  bool answered_ = false;
};

} // namespace troupe::cli
