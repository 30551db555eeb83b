#pragma once

#include "protocol/record.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// troupe.yml: http. Without an address there is no HTTP.
struct http_settings {
  std::optional<std::string> address;
  bool remote = false;
  std::optional<std::string> token_file;
  bool token = true;
  std::vector<std::string> hosts;
  std::vector<std::string> origins;
  std::optional<std::string> certificate;
  std::optional<std::string> key;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional(
        "address", &http_settings::address, "Where to listen, as 127.0.0.1:7777."),
      optional(
        "remote",
        &http_settings::remote,
        "The address may be one that other machines reach."),
      optional(
        "token_file",
        &http_settings::token_file,
        "Whose first line is the token; made if it is not there. Default: token in the "
        "state directory."),
      optional("token", &http_settings::token, "false: whoever can connect may call."),
      optional(
        "hosts",
        &http_settings::hosts,
        "Names it is called by in Host, beside localhost or its address."),
      optional(
        "origins",
        &http_settings::origins,
        "Whose web pages may call, as https://example.com."),
      optional(
        "certificate",
        &http_settings::certificate,
        "PEM file of the certificate and its issuers: then it is https."),
      optional("key", &http_settings::key, "PEM file of the certificate's key."),
    };
  }
};

/// `<state>/http.json`: where clients find the door, or why it is not open. Absent if
/// none was asked for.
struct http_place {
  std::string url;
  std::optional<std::string> token_file;
  std::optional<std::string> problem;

  static constexpr auto fields() {
    return field_list{
      required("url", &http_place::url, "Of the endpoint; empty: it is not open."),
      optional("token_file", &http_place::token_file, "Absent: no token is wanted."),
      optional("problem", &http_place::problem, "Why it is not open."),
    };
  }
};

inline constexpr const char* http_place_file = "http.json";

} // namespace troupe
