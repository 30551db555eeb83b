#include "tests/actors/slow_journal.hpp"

namespace troupe::test {

namespace {

struct slow_journal_state {
  static inline const char* name = "slow_journal";
};

/// Passes everything on to a real journal; answers saved runs and events late. A killed
/// one has answered nothing; a wake lets it catch up.
journal_actor::behavior_type slow_journal(
  journal_actor::stateful_pointer<slow_journal_state> self,
  journal_actor real,
  std::shared_ptr<slow_disk> disk) {
  const auto pass_on = [self, real](const auto& what) {
    return self->delegate(real, what);
  };
  const auto late =
    [self, real, disk](bool slow, const auto& what) -> caf::result<written> {
    if (!slow)
      return self->delegate(real, what);
    caf::anon_send(real, what);
    disk->waiting.push_back(self->make_response_promise<written>());
    return disk->waiting.back();
  };
  return {
    [pass_on](const create_run& what) { return pass_on(what); },
    [late, disk](const save_run& what) { return late(disk->slow, what); },
    [pass_on](const save_session& what) { return pass_on(what); },
    [pass_on](const begin_attempt& what) { return pass_on(what); },
    [pass_on](const append_input& what) { return pass_on(what); },
    [late, disk](const append_events& what) { return late(disk->slow_events, what); },
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
    [pass_on](const add_notice& what) { return pass_on(what); },
    [real](const drop_notice& what) { caf::anon_send(real, what); },
    [pass_on](const load_notices& what) { return pass_on(what); },
    [pass_on](const save_inbox& what) { return pass_on(what); },
    [pass_on](const load_inbox& what) { return pass_on(what); },
    [pass_on](const remove_run& what) { return pass_on(what); },
    [disk](const wake&) {
      disk->slow = disk->slow_events = false;
      for (auto& each : std::exchange(disk->waiting, {}))
        each.deliver(written{});
    },
  };
}

} // namespace

journal_actor slow_house::in_front_of(journal_actor real) {
  return spawn(slow_journal, std::move(real), disk_speed);
}

void slow_house::catch_up() {
  caf::anon_send(files, wake{});
  settle();
}

} // namespace troupe::test
