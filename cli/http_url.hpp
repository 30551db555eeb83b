#pragma once

#include "cli/options.hpp"
#include "cli/place.hpp"
#include "protocol/http_settings.hpp"
#include "protocol/result.hpp"

#include <optional>
#include <string>

namespace troupe::cli {

/// What a client is configured with: a URL and a header.
struct http_access {
  std::string url;
  std::optional<std::string> authorization;

  static constexpr auto fields() {
    return field_list{
      required("url", &http_access::url, "Of the endpoint."),
      optional(
        "authorization",
        &http_access::authorization,
        "Value of the header Authorization; absent: none is wanted."),
    };
  }
};

/// Where the daemon of this place serves HTTP; nothing if it does not.
[[nodiscard]] std::optional<http_place> read_http_place(const std::string& state_dir);

/// What a client of that door is configured with; reads the token.
[[nodiscard]] result<http_access> access_to(const http_place& door);

/// In a few words.
[[nodiscard]] std::string told_of(const http_place& door);

/// `troupe daemon url`, of a daemon that runs.
[[nodiscard]] int print_url(const place& where, const daemon_options& wanted);

} // namespace troupe::cli
