#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The small texts of Streamable HTTP. Pure.
namespace troupe::mcp {

/// What a line to a client is, as far as it decides where it goes.
struct outgoing {
  enum class kind : std::uint8_t { message, answer, pause };
  kind what = kind::message;
  int code = 0;     ///< Of an answer that is an error.
  int retry_ms = 0; ///< Of a pause: when the client may come back.
};

/// Looks at a line no further than it has to: an answer has `result` or `error` (or is
/// the array of a batch's answers), anything else is a message. `retry: 500` is no
/// message: the stream of that request is to be closed for a while.
[[nodiscard]] outgoing look_at(std::string_view line);

/// Where an event stands: which stream of its session, and which event of it.
struct event_place {
  std::uint64_t stream = 0;
  std::uint64_t number = 0;
  friend bool operator==(const event_place&, const event_place&) = default;
};

[[nodiscard]] std::string print_place(const event_place& at);
[[nodiscard]] std::optional<event_place> read_event_place(std::string_view text);

/// One server-sent event; without a place, it has no id.
[[nodiscard]] std::string
print_event(std::string_view line, const std::optional<event_place>& at);

/// An event without data, from which a client can come back; `retry_ms` 0: at once.
[[nodiscard]] std::string print_mark(const event_place& at, int retry_ms);

/// The value of a header that mirrors one of the body: as it is, or what is between
/// `=?base64?` and `?=`. Nothing if that is no base64 as RFC 4648 has it.
[[nodiscard]] std::optional<std::string> read_mirror(std::string_view value);

} // namespace troupe::mcp
