#include "protocol/http.hpp"

#include "protocol/text.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace troupe {

namespace {

constexpr std::size_t address_shown_max = 64;

std::optional<std::uint16_t> read_port(std::string_view digits) {
  std::uint16_t port = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stop, bad] = std::from_chars(digits.data(), end, port);
  if (bad != std::errc() || stop != end)
    return {};
  return port;
}

bool is_dotted(std::string_view host) {
  return std::ranges::count(host, '.') == 3 &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

bool is_colons(std::string_view host) {
  return host.find(':') != std::string_view::npos &&
         host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

} // namespace

const std::string* find_field(const http_fields& fields, std::string_view name) {
  const auto it = std::ranges::find(fields, name, &http_fields::value_type::first);
  return it == fields.end() ? nullptr : &it->second;
}

std::size_t count_field(const http_fields& fields, std::string_view name) {
  return static_cast<std::size_t>(
    std::ranges::count(fields, name, &http_fields::value_type::first));
}

bool http_address::is_loopback() const {
  return host.starts_with("127.") || host == "::1";
}

result<http_address> parse_http_address(std::string_view text) {
  const auto wrong = [&](const std::string& why) {
    return fail(
      errc::invalid_argument,
      "\"" + one_line(text, address_shown_max) +
        "\" is no address to listen at: " + why + "; say for example 127.0.0.1:7777");
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return wrong("the port is missing");
  const auto port = read_port(text.substr(colon + 1));
  if (!port)
    return wrong("the port is no number from 0 to 65535");
  auto host = text.substr(0, colon);
  if (host.empty() || host == "localhost")
    host = "127.0.0.1";
  const bool bracketed =
    host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  if (bracketed)
    host = host.substr(1, host.size() - 2);
  if (bracketed ? !is_colons(host) : !is_dotted(host))
    return wrong("the host is no IP address");
  return http_address{std::string(host), *port};
}

std::string to_string(const http_address& a) {
  const auto host = a.host.find(':') == std::string::npos ? a.host : "[" + a.host + "]";
  return host + ":" + std::to_string(a.port);
}

} // namespace troupe
