#pragma once

#include "protocol/record.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace troupe {

/// What `troupe a2a serve` has troupe-a2a serve: its one argument, as JSON. The
/// daemon's tools are at the descriptors below, through a relay.
struct a2a_service {
  std::string backend;
  std::string cwd;
  std::string name;
  std::string listen = "127.0.0.1";
  std::uint16_t port = 0;
  std::optional<std::string> url;
  std::optional<std::string> token_env;
  bool wants_token = true;

  static constexpr auto fields() {
    return field_list{
      required("backend", &a2a_service::backend, "Of its runs."),
      required("cwd", &a2a_service::cwd, "Contexts are here, or below it."),
      required("name", &a2a_service::name, "Of the agent."),
      optional("listen", &a2a_service::listen, "Address."),
      optional("port", &a2a_service::port, "0: any."),
      optional("url", &a2a_service::url, "How it is reached from elsewhere."),
      optional("token_env", &a2a_service::token_env, "Variable that holds the token."),
      optional(
        "wants_token", &a2a_service::wants_token, "Else whoever comes is let in."),
    };
  }
};

inline constexpr int tools_in_fd = 3;
inline constexpr int tools_out_fd = 4;

} // namespace troupe
