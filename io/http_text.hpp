#pragma once

#include "io/http_limits.hpp"
#include "protocol/http.hpp"

#include <utility>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/system/error_code.hpp>

#include <string>
#include <string_view>

/// HTTP/1.1 as text, and what the parser makes of it. Pure.
namespace troupe::io {

inline constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";
inline constexpr std::string_view keep_alive_comment = ": still here\n\n";

[[nodiscard]] http_head
head_of(const boost::beast::http::request<boost::beast::http::string_body>& request);

[[nodiscard]] std::string print_answer(const http_answer& what, bool closes);
[[nodiscard]] std::string print_stream_head(const http_fields& fields);
[[nodiscard]] std::string print_chunk(std::string_view bytes);

/// With the reason as a JSON-RPC error that answers no request in particular.
[[nodiscard]] http_answer refusal_of(int status, std::string_view why);

/// Of a request that cannot be parsed.
[[nodiscard]] int status_of(const boost::system::error_code& bad);
[[nodiscard]] std::string
reason_of(const boost::system::error_code& bad, const http_limits& limits);

} // namespace troupe::io
