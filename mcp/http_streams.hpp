#pragma once

#include "mcp/http_acts.hpp"
#include "mcp/http_frames.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe::mcp {

using http_moment = std::chrono::milliseconds;

/// The streams of one session: one for each POST that asked something, and stream 0,
/// for what belongs to no request, which a GET shows. An answer that comes soon is
/// plain JSON; one that takes longer, or something that is said before it, makes its
/// POST a stream of events, which survives its connection: events are kept for a while,
/// and a GET with Last-Event-ID shows the rest of its stream. Pure.
class http_streams {
public:
  static constexpr std::size_t posts_max = 128;
  static constexpr std::size_t kept_events_max = 512;
  static constexpr std::size_t kept_bytes_max = 1024 * 1024;
  static constexpr http_moment kept_for{300'000};
  static constexpr http_moment answer_soon{2'000};

  /// What is said beside each answer and at the head of each stream.
  http_fields fields;
  /// The client knows events without data (2025-11-25 and later).
  bool marks = false;

  [[nodiscard]] bool full() const;
  [[nodiscard]] bool is_open(const std::string& id) const;

  void post(
    exchange_id by,
    const std::vector<std::string>& ids,
    const http_fields& cors,
    http_moment now);

  /// A GET; `after` as Last-Event-ID says, or empty. Answers it, if it cannot be shown.
  void get(
    exchange_id by,
    const std::string* after,
    const http_fields& cors,
    http_moment now,
    http_acts& out);

  /// A line of the server; `about`: the id of the request it belongs to, or empty.
  void say(
    const std::string& line, const std::string& about, http_moment now, http_acts& out);

  /// Its connection is gone.
  void drop(exchange_id which);

  /// Ends all; whoever still waits for a plain answer gets this one.
  void end(const http_answer& why, http_acts& out);

  void tick(http_moment now, http_acts& out);

  /// Exchanges that wait for something.
  [[nodiscard]] std::size_t open_exchanges() const;

private:
  struct stream {
    std::uint64_t number = 0;
    exchange_id shown_by = 0; ///< 0: by nobody at the moment.
    http_fields cors;
    std::vector<std::string> ids; ///< Of the requests it answers.
    bool streams = false;         ///< No longer to be answered by plain JSON.
    bool done = false;
    std::uint64_t lost = 0; ///< The newest event of it that is kept no more.
    http_moment since{0};
  };
  struct event {
    event_place at;
    std::string text;
    bool shown = false;
    http_moment since{0};
  };

  stream* find_about(const std::string& about);
  stream* find_number(std::uint64_t number);
  void begin_events(stream& s, http_moment now, http_acts& out);
  void keep(stream& s, std::string text, http_moment now, http_acts& out);
  void mark(stream& s, int retry_ms, http_moment now, http_acts& out);
  void answer(stream& s, const std::string& line, http_moment now, http_acts& out);
  void show(stream& s, exchange_id by, const http_fields& cors, http_acts& out);
  void resume(
    exchange_id by,
    const event_place& after,
    const http_fields& cors,
    http_moment now,
    http_acts& out);
  void forget_first();
  void forget_done();
  void forget_old(http_moment now);

  stream loose_{}; ///< Stream 0.
  std::map<std::uint64_t, stream> posts_;
  std::deque<event> kept_;
  std::size_t kept_bytes_ = 0;
  std::uint64_t last_stream_ = 0;
  std::uint64_t last_event_ = 0;
};

} // namespace troupe::mcp
