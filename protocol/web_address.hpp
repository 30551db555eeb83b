#pragma once

#include "protocol/result.hpp"

#include <string>
#include <string_view>

namespace troupe {

/// An address of the web, taken apart: http and https only, without user or password.
/// What stands after `#` is dropped. A path is never empty; IPv6 hosts have brackets.
struct web_address {
  bool secure = false;
  std::string host; ///< Lower case.
  std::string port; ///< As a number; that of the scheme if none was given.
  std::string path; ///< With the query.

  /// Scheme, host and port: what a secret may be sent to.
  [[nodiscard]] std::string origin() const;

  /// Host and port as a request names them; without the scheme's own port.
  [[nodiscard]] std::string authority() const;

  friend bool operator==(const web_address&, const web_address&) = default;
};

/// Source: RFC 3986, as far as http needs it. At most 8 KiB of printable ASCII.
[[nodiscard]] result<web_address> parse_web_address(std::string_view text);

/// Where `reference` leads from there: an address, or a path from the root.
[[nodiscard]] result<web_address>
follow(const web_address& from, std::string_view reference);

[[nodiscard]] std::string to_string(const web_address& a);

} // namespace troupe
