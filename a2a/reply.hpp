#pragma once

#include "a2a/sse.hpp"
#include "protocol/web.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::a2a {

/// What of the head of a reply counts.
struct reply_head {
  unsigned status = 0;
  std::string type;
  std::string location;
  std::string retry_after;
};

/// Makes news of a reply: one of its whole body, or one of each event of a stream.
/// Their bodies are text as it came; who tells them on looks whether it is JSON.
class reply_reader {
public:
  explicit reply_reader(std::uint64_t id);

  /// News of a stream that begins; of a reply nothing yet.
  [[nodiscard]] std::optional<web_news> begin(const reply_head& head);

  /// Bytes of the body, in order. The last may say that it failed: beyond the limit.
  [[nodiscard]] std::vector<web_news> take(std::string_view bytes);

  /// The body was read to its end.
  [[nodiscard]] web_news end();

  [[nodiscard]] web_news failed(web_fault why, std::string message) const;

  [[nodiscard]] bool is_stream() const { return stream_; }
  [[nodiscard]] std::uint64_t id() const { return news_.id; }

private:
  web_news news_; ///< What all news of it have.
  std::string body_;
  sse_reader events_;
  bool stream_ = false;
};

/// Retry-After: seconds from `now`, or an HTTP date.
[[nodiscard]] std::optional<timestamp> retry_time(std::string_view text, timestamp now);

} // namespace troupe::a2a
