#pragma once

#include "protocol/record.hpp"

#include <map>
#include <optional>
#include <string>

namespace troupe {

/// The first line of every connection to the daemon's socket; MCP follows. A call is
/// known by (relay, JSON-RPC id), so that one sent again after a lost daemon is not
/// done twice. The environment says nothing about who the caller is.
struct hello {
  int version = 1;
  std::string relay;
  std::string cwd;
  std::map<std::string, std::string> env;
  std::optional<std::string> token;
  std::optional<std::string> toolsets;

  static constexpr auto fields() {
    return field_list{
      required("version", &hello::version, "Of this greeting; 1."),
      required(
        "relay",
        &hello::relay,
        "Random name of this relay's conversation, kept over reconnects."),
      required("cwd", &hello::cwd, "Working directory of the client."),
      required(
        "env", &hello::env, "Environment of the client, for the agents it starts."),
      optional("token", &hello::token, "Secret of the attempt the client runs in."),
      optional("toolsets", &hello::toolsets, "Comma-separated toolsets to list."),
    };
  }
};

} // namespace troupe
