#pragma once

#include "store/run_record.hpp"

#include "protocol/identity.hpp"

namespace troupe::store {

/// A run as any other, for tests to change.
inline run_record some_run(timestamp at, run_phase phase = run_phase::working) {
  run_record run;
  run.view.run_id = new_run_id(at);
  run.view.agent_name = "ada";
  run.view.backend = "process";
  run.view.role = "worker";
  run.view.session_id = new_session_id(at);
  run.view.phase = phase;
  run.view.status = status_of(phase);
  run.view.cwd = "/src";
  run.view.summary = "reads the tests";
  run.view.created_at = at;
  run.view.updated_at = at;
  run.attempts.push_back({});
  return run;
}

inline launch_record some_launch() {
  launch_record launch;
  launch.backend_type = "process";
  launch.command = {"sh", "-c", "true"};
  launch.prompt = "fix the build";
  launch.env = {{"API_KEY", "secret"}};
  return launch;
}

} // namespace troupe::store
