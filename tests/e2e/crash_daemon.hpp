#pragma once

#include "tests/e2e/daemon.hpp"

#include "keeper/spawn.hpp"

#include <optional>
#include <string>
#include <vector>

namespace troupe::e2e {

/// Who is killed, and what the run under its hands comes to if nobody is.
struct crash_plan {
  const char* act = "";     ///< spawn, restart, cancel, adopt, shutdown, mail
  const char* process = ""; ///< keeper or supervisor
  const char* status = "completed";
  int crashes = 0; ///< Attempts that end with a code of their own before the last.

  /// A shutdown ends its keeper whoever else is killed.
  [[nodiscard]] bool ends_keeper() const {
    return process == std::string("keeper") || act == std::string("shutdown");
  }
};

/// A daemon that is our child, with the shim in it (crash_shim.cpp): it can be aimed
/// at, comes back when it is asked for anything, and is examined after each shot.
class crash_daemon : public daemon_test {
protected:
  void SetUp() override;
  void TearDown() override;

  void start();
  /// With SIGTERM; returns when that process has ended, whoever ended it.
  void end_keeper();

  /// Asks until there is an answer, whoever dies meanwhile.
  json ask(const std::string& tool, const json& arguments);
  json view(const std::string& run_id) { return ask("get_run", {{"run_id", run_id}}); }
  void await(const std::string& run_id, const std::function<bool(const json&)>& so);
  void await_end(const std::string& run_id);
  void await_word(const std::string& run_id);

  /// A run of an act of agent_oracle.hpp, with the gate of this shot. Idempotent, so
  /// that asking again is harmless.
  std::string begin(const std::string& act, const json& more = {});
  void open_gate();

  /// The next shot: `process` dies before its n-th step from now on.
  void aim(const char* process);
  /// Whether it has fallen; takes it back if not.
  [[nodiscard]] bool fired() const;

  /// What holds after one shot:
  /// - the run ended as it should, and there is no run that nobody asked for;
  /// - each attempt ran at most once, and never beside another;
  /// - one attempt at most is `lost`: where the keeper ended, because its processes are
  ///   ended by the next one; else only if it never ran (no process of it said so,
  ///   nothing is in its transcript): begun on disk, never spawned;
  /// - every other attempt ended as it does undisturbed;
  /// - events are without gap, and say what the transcripts say, in order, once;
  /// - no process, cgroup or descriptor is left.
  void check(const crash_plan& plan, const std::string& run_id);

  /// What an idle daemon holds, taken now.
  void take_measure();

  [[nodiscard]] std::string point() const;

  int n_ = 0; ///< The step to die before, in a run of its own; 0: nobody dies.

private:
  struct measure {
    descriptors keeper;
    descriptors supervisor;
    friend bool operator==(const measure&, const measure&) = default;
  };

  std::optional<json> try_once(const std::string& tool, const json& arguments);
  /// The one that `start` started; it may have a successor that lives.
  [[nodiscard]] bool keeper_ended() const;
  void wait_for_keeper();
  void check_attempts(const crash_plan& plan, const json& run);
  void check_events(const json& run);
  void check_leftovers(const std::string& run_id);
  [[nodiscard]] measure open_descriptors() const;
  [[nodiscard]] std::string gate() const;
  /// Attempts that ran, as their processes say; 0 for one beside another.
  [[nodiscard]] std::vector<int> witnesses() const;

  std::string aim_ = place_.path() / "aim";
  std::string aimed_at_ = "nobody";
  std::string refused_;
  keeper::launched keeper_;
  measure idle_;
  int begun_ = 0;
};

} // namespace troupe::e2e
