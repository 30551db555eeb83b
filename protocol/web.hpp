#pragma once

#include "protocol/record.hpp"
#include "protocol/values.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

/// What an adapter has troupe-a2a do on the web, and what comes of it: JSON lines, one
/// a line of stdin and of stdout. Secrets are in neither: the program adds them.
namespace troupe {

struct web_request {
  std::uint64_t id = 0;
  std::string method = "POST";
  std::string url;
  std::map<std::string, std::string> headers;
  std::optional<raw_json> body;
  std::uint32_t after_ms = 0;
  std::uint32_t reply_ms = 0;
  bool poll = false;
  bool tell_sending = false;
  std::optional<std::uint64_t> drop;

  static constexpr auto fields() {
    return field_list{
      required("id", &web_request::id, "1, 2, 3 …"),
      optional("method", &web_request::method, "GET or POST."),
      optional("url", &web_request::url, "Where to; empty: only to drop another."),
      optional("headers", &web_request::headers, "None of them secret."),
      optional("body", &web_request::body, "Sent as application/json."),
      optional("after_ms", &web_request::after_ms, "Wait before it."),
      optional(
        "reply_ms", &web_request::reply_ms, "A reply begins within this; 0: whenever."),
      optional(
        "poll",
        &web_request::poll,
        "Ask again until the reply is another than at the last poll."),
      optional("tell_sending", &web_request::tell_sending, "Say so before it is sent."),
      optional("drop", &web_request::drop, "This request first; nothing more of it."),
    };
  }
};

enum class web_news_kind : std::uint8_t {
  sending, ///< From here on nobody knows whether it arrived, until a reply.
  opened,  ///< A stream of events has begun.
  event,   ///< One of them.
  end,     ///< The stream has ended as it should.
  reply,   ///< All of a reply that is no stream.
  failed,  ///< Nothing more comes.
};

constexpr auto names(web_news_kind) {
  return std::to_array<std::string_view>(
    {"sending", "opened", "event", "end", "reply", "failed"});
}

enum class web_fault : std::uint8_t {
  unreachable, ///< Nothing was sent.
  untrusted,   ///< Its certificate; nothing was sent.
  timeout,     ///< No reply began within `reply_ms`.
  lost,        ///< The connection broke.
  too_large,   ///< A head, body or event beyond its limit.
  malformed,   ///< Not HTTP.
};

constexpr auto names(web_fault) {
  return std::to_array<std::string_view>(
    {"unreachable", "untrusted", "timeout", "lost", "too_large", "malformed"});
}

struct web_news {
  web_news_kind what = web_news_kind::reply;
  std::uint64_t id = 0;
  std::optional<int> status;
  std::optional<std::string> location;
  std::optional<timestamp> retry_at;
  std::optional<raw_json> body;
  std::optional<std::string> text;
  std::optional<web_fault> fault;
  std::optional<std::string> message;

  static constexpr auto fields() {
    return field_list{
      required("what", &web_news::what, "What happened."),
      required("id", &web_news::id, "Of the request."),
      optional("status", &web_news::status, "HTTP status."),
      optional("location", &web_news::location, "Where a redirect leads."),
      optional("retry_at", &web_news::retry_at, "Retry-After, as a time."),
      optional("body", &web_news::body, "Of a reply or an event."),
      optional(
        "text", &web_news::text, "Instead of a body that is no JSON; its start."),
      optional("fault", &web_news::fault, "Why it failed."),
      optional("message", &web_news::message, "The same in words."),
    };
  }
};

} // namespace troupe
