#include "actors/run.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "actors/tokens.hpp"
#include "protocol/json.hpp"

#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <algorithm>

/// A RUN's events and what of it is on disk.
namespace troupe {

namespace {

constexpr std::size_t summary_bytes_max = 120;
constexpr std::chrono::seconds flush_again_after{1};

/// What an event lets a list say about its run; empty if nothing.
std::string summary_of(const event& what) {
  const auto data = parse_json(what.data.text);
  if (!data)
    return {};
  for (const char* member : {"text", "command", "title", "path", "tool", "message"})
    if (const auto it = data->find(member); it != data->end() && it->is_string())
      return one_line(it->get_ref<const std::string&>(), summary_bytes_max);
  return {};
}

bool is_telling(event_type type) {
  return type != event_type::status_changed && type != event_type::run_started &&
         type != event_type::reasoning;
}

} // namespace

void run_state::emit(event what, std::optional<event_source> src) {
  auto& v = record_.view;
  if (outbox_.empty())
    outbox_first_ = seq_ + 1;
  if (is_telling(what.type))
    last_telling_ = what;
  const event_line line{
    .seq = ++seq_,
    .ts = around_.world->wall(),
    .run_id = v.run_id,
    .session_id = v.session_id,
    .backend = v.backend,
    .type = what.type,
    .data = std::move(what.data),
    .src = src};
  write_text(outbox_, line);
  outbox_ += '\n';
}

void run_state::flush() {
  if (flushing_ > 0 || flush_waits_)
    return;
  write_events();
  if (flushing_ == 0)
    flushed(told_seq_, std::exchange(credits_owed_, 0));
}

void run_state::write_events() {
  if (flush_waits_ || (flushing_ > 0 && !unwritten_.empty()))
    return;
  if (!outbox_.empty())
    unwritten_.emplace(outbox_first_, std::exchange(outbox_, {}));
  if (unwritten_.empty())
    return;
  if (last_telling_) {
    if (auto text = summary_of(*last_telling_); !text.empty())
      record_.view.summary = std::move(text);
    last_telling_.reset();
  }
  const auto batch = take_unwritten();
  const auto credits = std::exchange(credits_owed_, 0);
  const auto up_to = seq_;
  ++flushing_;
  self_->request(around_.journal, deadline::disk, batch)
    .then(
      [this, up_to, credits](const written&) {
        --flushing_;
        flushed(up_to, credits);
        if (!outbox_.empty() || credits_owed_ > 0)
          flush();
      },
      [this, batch, credits](const caf::error&) {
        --flushing_;
        unwritten_.emplace(batch.first_seq, batch.lines);
        credits_owed_ += credits;
        retry_later();
      });
}

append_events run_state::take_unwritten() {
  append_events batch{
    .run_id = record_.view.run_id, .first_seq = unwritten_.begin()->first, .lines = {}};
  for (const auto& [first_seq, lines] : std::exchange(unwritten_, {}))
    batch.lines += lines;
  return batch;
}

void run_state::retry_later() {
  flush_waits_ = true;
  around_.world->wake_after(flush_again_after, self_->address(), token::flush_again);
}

void run_state::flushed(std::uint64_t up_to, int credits) {
  const bool news = up_to > told_seq_;
  told_seq_ = up_to;
  for (int i = 0; i < credits && attempt_; ++i)
    self_->send(attempt_, credit{});
  if (final() && told_seq_ == seq_)
    return retire();
  if (news && std::exchange(unsaved_, false))
    save();
  if (news) {
    report();
    wake_pollers();
    send_notices();
  }
  confirm_continued();
}

void run_state::confirm_continued() {
  for (auto& each : std::exchange(continued_, {})) {
    if (each.seq > told_seq_) {
      continued_.push_back(std::move(each));
      continue;
    }
    each.answer.deliver(continued_run{
      .run_id = record_.view.run_id,
      .status = record_.view.status,
      .session_id = record_.view.session_id,
      .agent_name = record_.view.agent_name,
      .mode = continue_mode::live,
      .resumed_from_run_id = {}});
  }
}

void run_state::wake_pollers() {
  for (auto it = pollers_.begin(); it != pollers_.end();) {
    if (it->second.question.after_seq < told_seq_ || is_final(shown_)) {
      serve(std::move(it->second));
      it = pollers_.erase(it);
    } else {
      ++it;
    }
  }
}

void run_state::serve(poller waiting) {
  const auto& question = waiting.question;
  event_page page{
    .run_id = record_.view.run_id,
    .status = status_of(shown_),
    .events = {},
    .next_after_seq = question.after_seq,
    .last_seq = told_seq_};
  if (question.after_seq >= told_seq_) {
    waiting.answer.deliver(std::move(page));
    return;
  }
  ++reading_;
  self_
    ->request(
      around_.journal,
      deadline::disk,
      read_page{
        .run_id = record_.view.run_id,
        .after_seq = question.after_seq,
        .limit = question.limit,
        .max_bytes = question.max_bytes})
    .then(
      [this, page, answer = waiting.answer](events_read& read) mutable {
        page.events = std::move(read.events);
        page.next_after_seq = read.last_seq;
        page.last_seq = std::max(told_seq_, read.last_seq);
        page.has_more = read.more;
        answer.deliver(std::move(page));
        page_served();
      },
      [this, answer = waiting.answer](caf::error& e) mutable {
        answer.deliver(std::move(e));
        page_served();
      });
}

void run_state::save() {
  save_then([] {});
}

void run_state::save_then(const std::function<void()>& go_on) {
  write_events();
  self_
    ->request(
      around_.journal, deadline::disk, save_run{.record = record_, .after_seq = seq_})
    .then(
      [this, ended = unforgotten_, go_on](const written&) {
        forget(ended);
        go_on();
      },
      [this, go_on](const caf::error&) {
        unsaved_ = true;
        go_on();
      });
}

void run_state::forget(const std::set<std::uint32_t>& attempts) {
  for (const auto n : attempts)
    if (unforgotten_.erase(n) > 0)
      around_.world->order(
        keeper::forget_order{.key = {.run_id = record_.view.run_id, .attempt = n}});
}

void run_state::save_session() {
  store::session_record session{
    .session_id = record_.view.session_id,
    .backend = record_.view.backend,
    .cwd = record_.view.cwd,
    .agent_name = record_.view.agent_name,
    .backend_session_id = record_.view.backend_session_id,
    .parent_run_id = record_.view.parent_run_id,
    .last_run_id = record_.view.run_id,
    .updated_at = around_.world->wall(),
    .launch = launch_,
    .worktree = record_.view.worktree};
  session.launch.parts.clear();
  caf::anon_send(
    around_.journal, ::troupe::save_session{.session = std::move(session)});
}

/// It can with a conversation that is its own.
bool run_state::lose_session(const exit_reason& why) {
  if (record_.attempts.front().resumed)
    return false;
  record_.view.backend_session_id.reset();
  record_.view.takeover.reset();
  const json data{
    {"kind", "begins_afresh"},
    {"message", why.detail},
    {"attempt", record_.attempts.back().view.n}};
  emit({event_type::warning, {print_json(data)}});
  save_session();
  return true;
}

void run_state::report() {
  self_->send(registry_, run_report{.brief = brief()});
}

void run_state::retire() {
  if (std::exchange(retired_, true))
    return;
  record_.view.last_seq = told_seq_;
  give_mail_back([this] { settle_for_good(); });
}

void run_state::settle_for_good() {
  if (!std::exchange(end_noticed_, true))
    notify(notify_on::end);
  save_session();
  self_->request(around_.journal, deadline::disk, save_run{.record = record_})
    .then(
      [this](const written&) {
        forget(std::set(unforgotten_));
        say_farewell();
      },
      [this](const caf::error&) {
        retired_ = false;
        retry_later();
      });
}

/// Its place is free before anybody is told of the end, and may ask for it.
void run_state::say_farewell() {
  self_->send(supervisor_, last_words());
  shown_ = record_.view.phase;
  report();
  send_notices();
  confirm_continued();
  wake_pollers();
  for (auto& [id, answer] : cancellers_)
    answer.deliver(cancelled());
  cancellers_.clear();
  for (auto& answer : stoppers_)
    answer.deliver(stopped_run{.brief = brief()});
  stoppers_.clear();
  const auto may_leave = [this] {
    close_inbox();
    farewell_ = true;
    leave_if_done();
  };
  self_->request(registry_, deadline::answer, last_words())
    .then(
      [may_leave](const written&) { may_leave(); },
      [may_leave](const caf::error&) { may_leave(); });
}

run_over run_state::last_words() const {
  return {
    .run_id = record_.view.run_id,
    .session_id = record_.view.session_id,
    .parent_run_id = record_.view.parent_run_id};
}

void run_state::page_served() {
  --reading_;
  leave_if_done();
}

void run_state::leave_if_done() {
  if (farewell_ && reading_ == 0)
    self_->quit();
}

} // namespace troupe
