#pragma once

#include "actors/errors.hpp"
#include "gateway/gateway.hpp"
#include "tests/support/world.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <gmock/gmock.h>

namespace troupe::test {

/// What the fake actors behind the desk were asked, and what they answer.
struct desk_script {
  std::vector<asked<spawn_run>> spawned;
  std::vector<asked<list_runs>> listed;
  std::vector<asked<poll_events>> polled;
  std::vector<asked<cancel_run>> cancelled;
  std::vector<asked<continue_run>> continued;
  std::vector<asked<restart_run>> restarted;
  std::vector<asked<spawn_team>> teams_spawned;
  std::vector<asked<list_decisions>> decisions_asked;
  std::vector<whose_process> identified;
  std::vector<std::size_t> clients_told;

  process_owner owner;
  std::optional<error> refusal; ///< Of whose_process.
  std::optional<error> failure; ///< Of everything else.
  bool silent = false;          ///< get_run is never answered.
  run_view view;
  run_page page;
  event_page events;
  tree_view tree;
  why_view decisions;
  waited_runs waited;
  run_diff changed;
  session_page sessions;
  open_questions questions;
  std::vector<watch_runs> watched;
  std::vector<stop_waiting> given_up;
  watcher_actor watcher; ///< The last who watches.
  bool comes = false;    ///< How the next change is told.
  std::vector<caf::typed_response_promise<waited_runs>> waits;
  std::vector<caf::typed_response_promise<process_owner>> identities;
  bool hold_identities = false;

  template <class T>
  caf::result<T> answer(T value) const {
    if (failure)
      return to_caf(*failure);
    return value;
  }
};

/// A gateway with clients on one side and a scripted desk on the other.
struct door_world : actor_world {
  desk_script script;
  std::vector<mcp::call_entry> logged;
  desk at;
  gateway_actor gate;

  explicit door_world(std::string toolsets = std::string(mcp::default_toolsets));

  static constexpr std::uint64_t client = 7;
  static constexpr const char* hello_line =
    R"({"version":1,"relay":"relay-1","cwd":"/work","env":{"HOME":"/home/me"}})";

  void join(std::uint64_t who = client);

  void say(const std::string& line, std::uint64_t who = client, bool cut = false);

  void leave(std::uint64_t who = client);

  /// Joins, greets and initializes; forgets what was said so far.
  void open(const char* revision = "2025-11-25", std::uint64_t who = client);

  void call(const json& id, std::string_view name, json arguments, json meta = {});

  /// Lets the desk answer so many of the waits, or identities, it holds.
  void release(std::size_t most = 1000);

  /// The registry tells of a change to whoever watches.
  void change(const run_brief& run, bool listed = false);

  /// Everything said to the client since the last time.
  std::vector<json> heard(std::uint64_t who = client);

  /// The one message said to the client since the last time.
  json answer(std::uint64_t who = client);

  /// The text of a result that is an error for the model.
  static std::string complaint(const json& message);

private:
  [[nodiscard]] desk staffed();
};

} // namespace troupe::test
