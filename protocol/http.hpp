#pragma once

#include "protocol/result.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Requests and answers of HTTP as they pass between who moves bytes (io/http_door.hpp)
/// and who knows what they mean (mcp/http_clients.hpp).
namespace troupe {

/// Names are lower case; the order is that of the wire.
using http_fields = std::vector<std::pair<std::string, std::string>>;

/// The first of that name; nullptr if there is none.
[[nodiscard]] const std::string*
find_field(const http_fields& fields, std::string_view name);

/// How often it was given.
[[nodiscard]] std::size_t count_field(const http_fields& fields, std::string_view name);

struct http_head {
  std::string method; ///< As sent: GET, POST …
  std::string target; ///< As sent: a path, perhaps with a query.
  http_fields fields;
};

/// The two ends of a TCP connection as the one who took it sees them. IPv4 addresses
/// are mapped into IPv6 (::ffff:…); bytes and ports in the order of reading.
struct tcp_ends {
  using address = std::array<std::uint8_t, 16>;

  std::uint64_t connection = 0; ///< Never used twice in a process.
  address near{};
  address far{};
  std::uint16_t near_port = 0;
  std::uint16_t far_port = 0;
};

struct http_request {
  http_head head;
  std::string body;
  std::optional<tcp_ends> ends; ///< Of its connection.
};

/// An answer that is no stream.
struct http_answer {
  int status = 200;
  http_fields fields;
  std::string body;
};

/// One request and its answer. Never used twice in a process.
using exchange_id = std::uint64_t;

/// Ids of clients that came by HTTP begin here; those of sockets are below.
inline constexpr std::uint64_t http_client_min = std::uint64_t{1} << 62U;

/// Where to listen.
struct http_address {
  std::string host; ///< An IP address, without brackets.
  std::uint16_t port = 0;

  /// Whether only this machine can reach it.
  [[nodiscard]] bool is_loopback() const;

  friend bool operator==(const http_address&, const http_address&) = default;
};

/// `127.0.0.1:7777`, `[::1]:7777`, `localhost:0`, `:7777` (loopback). The port is
/// always said; 0 is any that is free.
[[nodiscard]] result<http_address> parse_http_address(std::string_view text);

/// As it stands in a URL.
[[nodiscard]] std::string to_string(const http_address& a);

} // namespace troupe
