#pragma once

#include "actors/event_book.hpp"
#include "actors/interfaces.hpp"
#include "actors/room.hpp"
#include "actors/sync_queue.hpp"
#include "store/layout.hpp"

#include <caf/result.hpp>
#include <caf/typed_response_promise.hpp>

#include <filesystem>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>

namespace troupe {

struct journal_setup {
  store::layout disk;
  room* world = nullptr;
  syncer_actor awaited;              ///< Brings to the disk what answers wait for …
  syncer_actor grouped;              ///< … and this one everything else.
  std::uint32_t retention_days = 30; ///< Of teams.
};

/// Remembers which event logs are open, and what is written and not on the disk yet.
/// Blocks on reads and writes, so it is spawned detached, but never for the disk: that
/// two SYNCERs do, 50 ms after a write or as soon as an answer waits for it. The only
/// one who touches the files of runs. What it was asked is done in order, so that who
/// was answered may show what it wrote; only the answer to a final state comes later
/// than those to what was asked after it.
class journal_state {
public:
  static inline const char* name = "journal";

  explicit journal_state(journal_actor::pointer self) : self_(self) {}

  void start(journal_setup setup) { setup_ = std::move(setup); }

  [[nodiscard]] result<written> create(const create_run& what);
  caf::result<written> save(const save_run& what);
  [[nodiscard]] result<written> save(const save_session& what);
  [[nodiscard]] result<written> begin(const begin_attempt& what);
  [[nodiscard]] result<written> input(const append_input& what);
  [[nodiscard]] result<written> events(const append_events& what);
  [[nodiscard]] result<written> add(const add_notice& what);
  void drop(const drop_notice& what);
  [[nodiscard]] result<events_read> page(const read_page& what);
  [[nodiscard]] result<loaded_run> load(const load_run& what);
  [[nodiscard]] all_loaded load_everything();
  [[nodiscard]] result<written> create(const create_team& what);
  [[nodiscard]] result<written> save(const save_team& what);
  [[nodiscard]] result<loaded_team> load(const load_team& what);
  [[nodiscard]] all_teams load_all_teams();
  [[nodiscard]] result<written> save(const save_inbox& what);
  [[nodiscard]] result<written> remove(const remove_run& what);
  [[nodiscard]] const store::layout& disk() const { return setup_.disk; }

  void wake();

private:
  /// A final state whose answer waits for the disk.
  struct last_save {
    std::string run_id;
    caf::typed_response_promise<written> answer;
  };

  event_book& book(const std::string& run_id);
  void wrote(std::initializer_list<std::filesystem::path> paths);
  caf::result<written> bring_to_disk(const store::run_record& final);
  void sync(sync_queue::lane which);
  void synced(sync_queue::lane which, const std::map<std::string, std::string>& failed);

  journal_actor::pointer self_;
  journal_setup setup_;
  std::map<std::string, event_book> books_;
  sync_queue unsynced_;
  std::map<sync_queue::ticket, last_save> last_saves_;
  sync_queue::ticket next_ticket_ = 0;
};

journal_actor::behavior_type
journal(journal_actor::stateful_pointer<journal_state> self, journal_setup setup);

} // namespace troupe
