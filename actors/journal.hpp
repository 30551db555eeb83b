#pragma once

#include "actors/event_book.hpp"
#include "actors/interfaces.hpp"
#include "store/layout.hpp"

#include <map>
#include <memory>
#include <string>

namespace troupe {

struct journal_setup {
  store::layout disk;
  std::uint32_t retention_days = 30;
};

/// Remembers which event logs are open. Blocks on the disk, so it is spawned detached;
/// the only one who touches the files of runs. What it was asked is done in order, so
/// that who was answered may show what it wrote.
class journal_state {
public:
  static inline const char* name = "journal";

  void start(journal_setup setup) { setup_ = std::move(setup); }

  [[nodiscard]] result<written> create(const create_run& what);
  [[nodiscard]] result<written> save(const save_run& what);
  [[nodiscard]] result<written> begin(const begin_attempt& what);
  [[nodiscard]] result<written> input(const append_input& what);
  [[nodiscard]] result<written> events(const append_events& what);
  [[nodiscard]] result<events_read> page(const read_page& what);
  [[nodiscard]] result<loaded_run> load(const load_run& what);
  [[nodiscard]] all_loaded load_everything();
  [[nodiscard]] const store::layout& disk() const { return setup_.disk; }

private:
  event_book& book(const std::string& run_id);

  journal_setup setup_;
  std::map<std::string, event_book> books_;
};

journal_actor::behavior_type
journal(journal_actor::stateful_pointer<journal_state> self, journal_setup setup);

} // namespace troupe
