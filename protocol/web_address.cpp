#include "protocol/web_address.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>

namespace troupe {

namespace {

constexpr std::size_t address_bytes_max = 8192;
constexpr std::string_view plain_scheme = "http";
constexpr std::string_view secure_scheme = "https";

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return out;
}

std::string_view standard_port(bool secure) {
  return secure ? "443" : "80";
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

bool is_host(std::string_view host) {
  if (host.starts_with('['))
    return host.size() > 2 && host.ends_with(']') &&
           host.find_first_not_of("0123456789abcdef:.", 1) == host.size() - 1;
  return !host.empty() && std::ranges::all_of(host, [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '.' || c == '_';
  });
}

bool is_port(std::string_view port) {
  std::uint16_t number = 0;
  const auto read = std::from_chars(port.data(), port.data() + port.size(), number);
  return read.ec == std::errc() && read.ptr == port.data() + port.size() && number > 0;
}

auto wrong(std::string_view why) {
  return fail(errc::invalid_argument, std::string(why));
}

/// Without brackets around an IPv6 host a colon ends it.
void split_port(std::string_view authority, web_address& a) {
  const auto after = authority.starts_with('[') ? authority.find(']') : 0;
  const auto colon = authority.find(':', after == authority.npos ? 0 : after);
  a.host = lowered(authority.substr(0, colon));
  if (colon != authority.npos && colon + 1 < authority.size())
    a.port = authority.substr(colon + 1);
  else
    a.port = standard_port(a.secure);
}

} // namespace

std::string web_address::authority() const {
  return port == standard_port(secure) ? host : host + ":" + port;
}

std::string web_address::origin() const {
  return std::string(secure ? secure_scheme : plain_scheme) + "://" + authority();
}

std::string to_string(const web_address& a) {
  return a.origin() + a.path;
}

result<web_address> parse_web_address(std::string_view text) {
  if (text.size() > address_bytes_max || !is_printable(text))
    return wrong("must be at most 8 KiB of printable ASCII");
  text = text.substr(0, text.find('#'));
  const auto colon = text.find("://");
  const auto scheme =
    colon == text.npos ? std::string() : lowered(text.substr(0, colon));
  if (scheme != plain_scheme && scheme != secure_scheme)
    return wrong("must begin with http:// or https://");
  text.remove_prefix(colon + 3);
  const auto end = std::min(text.find_first_of("/?"), text.size());
  const auto authority = text.substr(0, end);
  if (authority.find('@') != authority.npos)
    return wrong("must not hold a user or password; give a token or headers");
  web_address a{.secure = scheme == secure_scheme};
  split_port(authority, a);
  if (!is_host(a.host) || !is_port(a.port))
    return wrong("names no host, or a port that is none");
  a.path = text.substr(end);
  if (!a.path.starts_with('/'))
    a.path.insert(0, 1, '/');
  return a;
}

result<web_address> follow(const web_address& from, std::string_view reference) {
  if (!reference.starts_with('/') || reference.starts_with("//"))
    return parse_web_address(reference);
  return parse_web_address(from.origin() + std::string(reference));
}

} // namespace troupe
