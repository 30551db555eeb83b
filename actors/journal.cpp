#include "actors/journal.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "actors/log.hpp"
#include "actors/tokens.hpp"
#include "protocol/json.hpp"
#include "store/events.hpp"
#include "store/retention.hpp"
#include "store/run_files.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <filesystem>

namespace troupe {

namespace {

constexpr std::size_t books_max = 1024;
constexpr std::size_t stderr_tail_bytes = 4096;
constexpr std::chrono::milliseconds sync_every{50};

result<written> done(result<void> r) {
  if (!r)
    return fail(std::move(r.error()));
  return written{};
}

/// The final phase that the newest event tells of, if it does.
std::optional<run_phase> end_in(const std::filesystem::path& events) {
  constexpr std::size_t line_bytes = 4096;
  auto text = store::read_tail(events, line_bytes);
  if (text.empty() || text.back() != '\n')
    return {};
  text.pop_back();
  const auto line = decode_text<event_line>(text.substr(text.rfind('\n') + 1));
  if (!line || line->type != event_type::status_changed)
    return {};
  const auto data = parse_json(line->data.text);
  if (!data || !data->contains("phase") || !(*data)["phase"].is_string())
    return {};
  const auto phase = from_name<run_phase>((*data)["phase"].get<std::string>());
  return phase && is_final(*phase) ? phase : std::nullopt;
}

/// Inputs that were written a second time, by who did not know of the first, go.
void keep_first_of_each(std::vector<agent_input>& inputs) {
  std::uint64_t last = 0;
  std::erase_if(inputs, [&](const agent_input& each) {
    const bool again = each.n <= last;
    last = std::max(last, each.n);
    return again;
  });
}

} // namespace

event_book& journal_state::book(const std::string& run_id) {
  if (books_.size() >= books_max && !books_.contains(run_id))
    books_.clear();
  return books_.try_emplace(run_id, setup_.disk.events_file(run_id)).first->second;
}

result<written> journal_state::create(const create_run& what) {
  std::error_code ignored;
  const auto& cwd = what.record.view.cwd;
  if (!std::filesystem::is_directory(cwd, ignored))
    return fail(errc::invalid_argument, "cwd: not an existing directory: " + cwd);
  if (auto r = store::create_run(setup_.disk, what.record, what.launch); !r)
    return done(std::move(r));
  const auto& run_id = what.record.view.run_id;
  wrote(
    {setup_.disk.launch_file(run_id),
     setup_.disk.run_file(run_id),
     setup_.disk.run(run_id),
     setup_.disk.runs()});
  return written{};
}

caf::result<written> journal_state::save(const save_run& what) {
  const auto& run_id = what.record.view.run_id;
  if (what.after_seq > 0 && !book(run_id).has(what.after_seq))
    return to_caf(
      error{errc::busy, "events of run " + run_id + " are not on disk yet"});
  if (auto r = store::save_run(setup_.disk, what.record); !r)
    return to_caf(std::move(r.error()));
  if (is_final(what.record.view.status))
    return bring_to_disk(what.record);
  wrote({setup_.disk.run_file(run_id), setup_.disk.run(run_id)});
  return written{};
}

result<written> journal_state::add(const add_notice& what) {
  const auto& [run_id, seq] = std::tie(what.notice.run_id, what.notice.seq);
  if (auto r = store::save_notice(setup_.disk, what.notice); !r)
    return done(std::move(r));
  wrote(
    {setup_.disk.notice_file(run_id, seq),
     setup_.disk.notice(run_id, seq),
     setup_.disk.notice(run_id, seq).parent_path()});
  return written{};
}

void journal_state::drop(const drop_notice& what) {
  if (auto r = store::remove_notice(setup_.disk, what.run_id, what.seq); !r)
    log_warn("run {} notice_left {}", what.run_id, r.error().message);
}

caf::result<written> journal_state::bring_to_disk(const store::run_record& final) {
  const auto& run_id = final.view.run_id;
  const auto session = setup_.disk.session_file(final.view.session_id);
  books_.erase(run_id);
  unsynced_.owe(
    ++next_ticket_,
    {setup_.disk.events_file(run_id),
     setup_.disk.result_file(run_id),
     setup_.disk.run_file(run_id),
     setup_.disk.run(run_id),
     setup_.disk.runs(),
     session,
     session.parent_path()});
  const auto [it, added] = last_saves_.emplace(
    next_ticket_, last_save{run_id, self_->make_response_promise<written>()});
  sync(sync_queue::lane::awaited);
  return it->second.answer;
}

result<written> journal_state::save(const save_session& what) {
  if (auto r = store::save_session(setup_.disk, what.session); !r)
    return done(std::move(r));
  const auto file = setup_.disk.session_file(what.session.session_id);
  wrote({file, file.parent_path()});
  return written{};
}

result<written> journal_state::begin(const begin_attempt& what) {
  if (auto r =
        store::create_attempt(setup_.disk, what.run_id, what.attempt, what.token);
      !r)
    return done(std::move(r));
  for (const auto& each : what.inputs)
    if (auto r = store::append_input(setup_.disk, what.run_id, what.attempt, each); !r)
      return done(std::move(r));
  const auto place = setup_.disk.attempt(what.run_id, what.attempt);
  wrote(
    {setup_.disk.inputs_file(what.run_id, what.attempt), place, place.parent_path()});
  return written{};
}

result<written> journal_state::input(const append_input& what) {
  if (auto r = store::append_input(setup_.disk, what.run_id, what.attempt, what.input);
      !r)
    return done(std::move(r));
  wrote({setup_.disk.inputs_file(what.run_id, what.attempt)});
  return written{};
}

result<written> journal_state::events(const append_events& what) {
  if (auto r = book(what.run_id).append(what.lines, what.first_seq); !r)
    return done(std::move(r));
  wrote({setup_.disk.events_file(what.run_id)});
  return written{};
}

result<events_read> journal_state::page(const read_page& what) {
  auto found = book(what.run_id).read(what.after_seq, what.limit, what.max_bytes);
  if (!found)
    return fail(std::move(found.error()));
  return events_read{
    .events = std::move(found->events),
    .last_seq = found->last_seq,
    .more = found->more};
}

result<loaded_run> journal_state::load(const load_run& what) {
  auto record = store::load_run(setup_.disk, what.run_id);
  if (!record)
    return fail(std::move(record.error()));
  loaded_run loaded{
    .record = std::move(*record), .launch = {}, .last_src = {}, .token = {}};
  if (is_final(loaded.record.view.status))
    return loaded;
  if (auto launch = store::load_launch(setup_.disk, what.run_id))
    loaded.launch = std::move(*launch);
  books_.erase(what.run_id);
  auto mark = store::scan_events(setup_.disk.events_file(what.run_id));
  if (!mark)
    return fail(std::move(mark.error()));
  if (mark->complaint)
    log_warn("run {} damaged {}", what.run_id, *mark->complaint);
  loaded.last_seq = mark->last_seq;
  loaded.last_src = mark->last_src;
  loaded.ended_as = end_in(setup_.disk.events_file(what.run_id));
  if (loaded.record.attempts.empty())
    return loaded;
  const auto n = loaded.record.attempts.back().view.n;
  auto listed = store::load_inputs(setup_.disk, what.run_id, n);
  if (!listed)
    return fail(std::move(listed.error()));
  if (listed->complaint)
    log_warn("run {} damaged {}", what.run_id, *listed->complaint);
  loaded.inputs = std::move(listed->inputs);
  keep_first_of_each(loaded.inputs);
  if (auto token = store::load_token(setup_.disk, what.run_id, n))
    loaded.token = std::move(*token);
  std::error_code unknown;
  loaded.has_transcript =
    std::filesystem::exists(setup_.disk.stdout_file(what.run_id, n), unknown) ||
    unknown;
  return loaded;
}

all_loaded journal_state::load_everything() {
  all_loaded all;
  auto listed = store::list_runs(setup_.disk);
  for (auto& each : listed.complaints)
    all.complaints.push_back(std::move(each));
  for (const auto& each : listed.runs)
    if (is_final(each.view.status))
      if (auto r = store::remove_launch(setup_.disk, each.view.run_id); !r)
        all.complaints.push_back(r.error().message);
  all.runs = std::move(listed.runs);
  return all;
}

result<written> journal_state::remove(const remove_run& what) {
  books_.erase(what.run_id);
  return done(store::remove_run(setup_.disk, what.run_id));
}

void journal_state::wrote(std::initializer_list<std::filesystem::path> paths) {
  for (const auto& each : paths)
    unsynced_.wrote(each);
  if (unsynced_.wants_tick())
    setup_.world->wake_after(sync_every, self_->address(), token::sync);
}

void journal_state::wake() {
  unsynced_.tick();
  sync(sync_queue::lane::grouped);
}

void journal_state::sync(sync_queue::lane which) {
  auto batch = unsynced_.next(which);
  if (batch.empty())
    return;
  const bool waits = which == sync_queue::lane::awaited;
  const auto& hand = waits ? setup_.awaited : setup_.grouped;
  self_->request(hand, deadline::disk, sync_files{.paths = std::move(batch)})
    .then(
      [this, which](const files_synced& done) { synced(which, done.failed); },
      [this, which](const caf::error& e) {
        std::map<std::string, std::string> failed;
        for (const auto& path : unsynced_.under_way(which))
          failed.emplace(path, from_caf(e).message);
        synced(which, failed);
      });
}

void journal_state::synced(
  sync_queue::lane which, const std::map<std::string, std::string>& failed) {
  for (const auto& [path, why] : failed)
    log_error("journal not_on_disk {}", why);
  for (auto& [ticket, failure] : unsynced_.settle(which, failed)) {
    auto ended = last_saves_.extract(ticket);
    auto& [run_id, answer] = ended.mapped();
    if (failure) {
      answer.deliver(to_caf(error{errc::internal, std::move(*failure)}));
      continue;
    }
    if (auto r = store::remove_launch(setup_.disk, run_id); !r)
      log_warn("run {} secrets_left {}", run_id, r.error().message);
    answer.deliver(written{});
  }
  sync(which);
}

journal_actor::behavior_type
journal(journal_actor::stateful_pointer<journal_state> self, journal_setup setup) {
  auto* state = &self->state;
  state->start(std::move(setup));
  return {
    [state](const create_run& what) { return to_caf(state->create(what)); },
    [state](const save_run& what) { return state->save(what); },
    [state](const save_session& what) { return to_caf(state->save(what)); },
    [state](const begin_attempt& what) { return to_caf(state->begin(what)); },
    [state](const append_input& what) { return to_caf(state->input(what)); },
    [state](const append_events& what) { return to_caf(state->events(what)); },
    [state](const read_page& what) { return to_caf(state->page(what)); },
    [state](const read_stderr& what) -> caf::result<stderr_tail> {
      const auto file = state->disk().stderr_file(what.run_id, what.attempt);
      return stderr_tail{.text = store::read_tail(file, stderr_tail_bytes)};
    },
    [state](const load_run& what) { return to_caf(state->load(what)); },
    [state](const load_session& what) {
      return to_caf(store::load_session(state->disk(), what.session_id));
    },
    [state](const read_token& what) -> caf::result<attempt_token> {
      auto secret = store::load_newest_token(state->disk(), what.run_id);
      if (!secret)
        return to_caf(std::move(secret.error()));
      return attempt_token{.secret = std::move(*secret)};
    },
    [state](const load_all&) -> caf::result<all_loaded> {
      return state->load_everything();
    },
    [state](const create_team& what) { return to_caf(state->create(what)); },
    [state](const save_team& what) { return to_caf(state->save(what)); },
    [state](const load_team& what) { return to_caf(state->load(what)); },
    [state](const load_teams&) -> caf::result<all_teams> {
      return state->load_all_teams();
    },
    [state](const add_notice& what) { return to_caf(state->add(what)); },
    [state](const drop_notice& what) { state->drop(what); },
    [state](const load_notices&) -> caf::result<notices_loaded> {
      return notices_loaded{.notices = store::load_notices(state->disk())};
    },
    [state](const save_inbox& what) { return to_caf(state->save(what)); },
    [state](const load_inbox& what) {
      return to_caf(store::load_inbox(state->disk(), what.session_id));
    },
    [state](const remove_run& what) { return to_caf(state->remove(what)); },
    [state](const wake&) { state->wake(); },
  };
}

} // namespace troupe
