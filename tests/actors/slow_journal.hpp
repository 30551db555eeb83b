#pragma once

#include "tests/actors/one_run.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>
#include <vector>

namespace troupe::test {

/// How the disk of a slow journal is: what it says to saved runs waits while `slow`.
struct slow_disk {
  bool slow = false;
  std::vector<caf::typed_response_promise<written>> waiting;
};

struct slow_journal_state {
  static inline const char* name = "slow_journal";
};

/// Passes everything on to a real journal; answers saved runs late. A killed one has
/// answered nothing; a wake lets it catch up.
inline journal_actor::behavior_type slow_journal(
  journal_actor::stateful_pointer<slow_journal_state> self,
  journal_actor real,
  std::shared_ptr<slow_disk> disk) {
  const auto pass_on = [self, real](const auto& what) {
    return self->delegate(real, what);
  };
  return {
    [pass_on](const create_run& what) { return pass_on(what); },
    [self, real, disk](const save_run& what) -> caf::result<written> {
      if (!disk->slow)
        return self->delegate(real, what);
      caf::anon_send(real, what);
      disk->waiting.push_back(self->make_response_promise<written>());
      return disk->waiting.back();
    },
    [pass_on](const save_session& what) { return pass_on(what); },
    [pass_on](const begin_attempt& what) { return pass_on(what); },
    [pass_on](const append_input& what) { return pass_on(what); },
    [pass_on](const append_events& what) { return pass_on(what); },
    [pass_on](const read_page& what) { return pass_on(what); },
    [pass_on](const read_stderr& what) { return pass_on(what); },
    [pass_on](const load_run& what) { return pass_on(what); },
    [pass_on](const load_session& what) { return pass_on(what); },
    [pass_on](const read_token& what) { return pass_on(what); },
    [pass_on](const load_all& what) { return pass_on(what); },
    [pass_on](const create_team& what) { return pass_on(what); },
    [pass_on](const save_team& what) { return pass_on(what); },
    [pass_on](const load_team& what) { return pass_on(what); },
    [pass_on](const load_teams& what) { return pass_on(what); },
    [disk](const wake&) {
      disk->slow = false;
      for (auto& each : std::exchange(disk->waiting, {}))
        each.deliver(written{});
    },
  };
}

/// A house whose disk can be slow.
struct slow_house : one_run {
  std::shared_ptr<slow_disk> disk_speed = std::make_shared<slow_disk>();

  journal_actor in_front_of(journal_actor real) override {
    return spawn(slow_journal, std::move(real), disk_speed);
  }
  void catch_up() {
    caf::anon_send(files, wake{});
    settle();
  }
};

} // namespace troupe::test
