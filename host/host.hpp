#pragma once

#include "host/http.hpp"
#include "store/configuration.hpp"

#include <cstdint>
#include <filesystem>

namespace troupe::host {

/// What the keeper starts a supervisor with.
struct host_options {
  std::filesystem::path state_dir; ///< Absolute.
  store::configuration config;
  int link = -1;     ///< The keeper's socket; taken.
  int listener = -1; ///< Where clients come in; taken.
  int lock = -1;     ///< The state directory's, kept.
  int keeper = -1;   ///< pidfd of the keeper.
  std::uint64_t epoch = 0;
  int keeper_pid = 0;
  std::optional<http_door_setup> http;
};

/// Builds the tree (design: root, rest_for_one) and serves until the keeper is gone or
/// ends this process. If the keeper was killed, this process becomes the next keeper
/// (docs/decisions/0011). A service that dies (syncers, sweeper, journal, registry,
/// runs, gateway) cannot be replaced under those who hold its handle: the root
/// escalates to its own parent, the keeper, by ending the process; the agents live on
/// and the next supervisor adopts them. Answers the exit code.
[[nodiscard]] int serve(host_options options);

inline constexpr int exit_keeper_lost = 69;
inline constexpr int exit_service_died = 70;

} // namespace troupe::host
