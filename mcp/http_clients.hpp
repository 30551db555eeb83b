#pragma once

#include "mcp/http_post.hpp"
#include "mcp/http_streams.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

namespace troupe::mcp {

/// Makes clients, as the gateway knows them, of what comes by HTTP: a session of the
/// eras that begin with `initialize` is one for as long as it lives; of the era without
/// sessions each POST is one. Pure: what comes in is answered by what is to be done.
///
/// A session belongs to who began it, has an id of 256 random bits, and ends by DELETE
/// or after `idle` without request and stream. At most `sessions_max` of them. The end
/// of a connection ends no call of a session; it cancels that of a POST without one.
/// Source: MCP 2025-11-25 and 2026-07-28, transports.
class http_clients {
public:
  static constexpr std::size_t sessions_max = 4096;
  static constexpr http_moment idle{3'600'000};

  /// `new_id` gives a session's; unguessable.
  explicit http_clients(std::function<std::string()> new_id, mirror_table mirrored = {})
    : new_id_(std::move(new_id)), mirrored_(std::move(mirrored)) {}

  /// A request was let in; `run_token`: of whom, empty for a person.
  [[nodiscard]] http_acts ask(
    exchange_id by,
    const http_request& request,
    const std::string& run_token,
    http_moment now);

  /// Its connection is gone.
  [[nodiscard]] http_acts hang_up(exchange_id which, http_moment now);

  /// A line for a client; `about`: the id, as JSON, of the request it belongs to.
  [[nodiscard]] http_acts say(
    std::uint64_t client,
    const std::string& line,
    const std::string& about,
    http_moment now);

  /// Nobody speaks with that client any more.
  [[nodiscard]] http_acts close(std::uint64_t client);

  /// Wanted about once a second while there is anybody.
  [[nodiscard]] http_acts tick(http_moment now);

  [[nodiscard]] bool empty() const { return sessions_.empty() && visits_.empty(); }
  [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }

  /// Exchanges that wait for something.
  [[nodiscard]] std::size_t waiting() const { return exchanges_.size(); }

private:
  struct session {
    std::string id;
    std::string run_token;
    http_streams streams;
    bool agreed = false; ///< `initialize` was answered well.
    exchange_id begun_by = 0;
    std::string begun_as; ///< The id of `initialize`.
    std::optional<revision> speaks;
    http_moment used{0};
  };

  /// A POST without a session.
  struct visit {
    exchange_id by = 0;
    std::string id;
    http_fields cors;
    bool streams = false;
    http_moment since{0};
  };

  struct asking {
    exchange_id by;
    const http_request& request;
    const std::string& run_token;
    http_fields cors;
    http_moment now;
  };

  void take(const asking& a, const modern_post& post, http_acts& out);
  void take(const asking& a, const legacy_post& post, http_acts& out);
  void take(const asking& a, const http_answer& refusal, http_acts& out);
  void begin(const asking& a, const legacy_post& post, http_acts& out);
  void pass_on(
    const asking& a,
    std::uint64_t client,
    session& to,
    const legacy_post& post,
    http_acts& out);
  void get(const asking& a, http_acts& out);
  void remove(const asking& a, http_acts& out);

  /// The session that is asked for and its client; nullptr: it was answered why not.
  session* find(const asking& a, std::uint64_t& client, http_acts& out);
  /// Likewise, for one that names a revision that a session can have, or none.
  session* find_spoken(const asking& a, std::uint64_t& client, http_acts& out);

  void say(visit& to, std::uint64_t client, const std::string& line, http_acts& out);
  void agree(std::uint64_t client, session& s, const std::string& line, http_acts& out);
  void end(std::uint64_t client, http_acts& out);
  http_acts settled(http_acts out);

  std::function<std::string()> new_id_;
  mirror_table mirrored_;
  std::uint64_t last_client_ = http_client_min;
  std::map<std::uint64_t, session> sessions_; ///< By client.
  std::unordered_map<std::string, std::uint64_t> by_id_;
  std::map<std::uint64_t, visit> visits_;                    ///< By client.
  std::unordered_map<exchange_id, std::uint64_t> exchanges_; ///< Of whom.
};

} // namespace troupe::mcp
