#include "actors/attempt.hpp"

#include "actors/deadlines.hpp"
#include "actors/errors.hpp"
#include "agents/checked.hpp"
#include "protocol/json.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace troupe {

namespace {

constexpr int chunks_in_flight = 2;
constexpr std::size_t unsaid_max = 64;

error too_late() {
  return {errc::ended, "the agent has ended its last turn"};
}

} // namespace

void attempt_state::start(surroundings around, attempt_setup setup, run_actor run) {
  around_ = std::move(around);
  setup_ = std::move(setup);
  run_ = std::move(run);
  view_.n = setup_.n;
  view_.started_at = setup_.started_at;
  around_.world->watch(key(), self_->address());
  if (setup_.adopted)
    adopt();
  else
    spawn();
  if (setup_.stop)
    stop(*setup_.stop);
}

void attempt_state::spawn() {
  begin_attempt begin{
    .run_id = setup_.run_id,
    .attempt = setup_.n,
    .token = setup_.token,
    .inputs = setup_.inputs};
  self_->request(around_.journal, deadline::disk, std::move(begin))
    .then(
      [this](const written&) {
        auto line = setup_.backend->start(setup_.plan);
        if (ended_by_us_)
          return refused({.key = key(), .refusal = "stopped before it was started"});
        if (!line)
          return refused({.key = key(), .refusal = line.error().message});
        stdin_open_ = line->stdin_open;
        for (const auto& [variable, value] : line->env)
          setup_.env[variable] = value;
        around_.world->order(keeper::spawn_order{
          .key = key(),
          .argv = line->argv,
          .env = agents::environment_of(std::move(setup_.env), {}, setup_.marks),
          .cwd = setup_.plan.cwd,
          .dir = around_.disk.attempt(setup_.run_id, setup_.n),
          .stdin_open = line->stdin_open,
          .memory_mb = setup_.limits.memory_mb,
          .processes = setup_.limits.processes,
          .confine = setup_.confine});
        begin_fold();
      },
      [this](const caf::error& e) {
        refused({.key = key(), .refusal = from_caf(e).message});
      });
}

void attempt_state::adopt() {
  const auto line = setup_.backend->start(setup_.plan);
  stdin_open_ = line && line->stdin_open;
  replaying_ = setup_.watermark.has_value();
  if (const auto& kept = setup_.kept) {
    written_before_ = kept->last_written;
    spawned_ = true;
    view_.proof = std::string(to_string(kept->spawned.proof));
    begin_health(kept->spawned);
  } else {
    status_known_ = false;
    gone_ = true;
  }
  begin_fold();
  if (setup_.kept && setup_.kept->exited)
    main_exited(*setup_.kept->exited);
  if (setup_.kept && setup_.kept->gone)
    tree_gone(*setup_.kept->gone);
  if (gone_)
    around_.world->drain(tail_);
  else
    arm_health();
}

void attempt_state::begin_fold() {
  fold_.emplace(
    agents::make_adapter(*setup_.backend, setup_.plan),
    setup_.n,
    std::move(setup_.inputs),
    setup_.watermark);
  agents::folded out;
  fold_->begin(out);
  tell(std::move(out));
  tail_ = around_.world->follow(
    around_.disk.stdout_file(setup_.run_id, setup_.n), 0, self_->address());
  for (int i = 0; i < chunks_in_flight; ++i)
    around_.world->grant(tail_);
  record_next();
}

void attempt_state::news(const kept_news& what) {
  std::visit(
    [this]<class T>(const T& report) {
      if constexpr (std::same_as<T, keeper::spawned_report>)
        report.refusal ? refused(report) : started(report);
      else if constexpr (std::same_as<T, keeper::exited_report>)
        main_exited(report);
      else if constexpr (std::same_as<T, keeper::gone_report>)
        tree_gone(report);
      else if constexpr (std::same_as<T, keeper::sampled_report>)
        sampled(report);
      else if constexpr (std::same_as<T, keeper::unwritten_report>) {
        const bool last_word = !stdin_open_ && report.why == "closed";
        if (!ended_by_us_ && !exited_ && !last_word)
          warn("input_not_delivered", "the agent did not take input: " + report.why);
      }
    },
    what.what);
}

void attempt_state::started(const keeper::spawned_report& report) {
  if (std::exchange(spawned_, true))
    return;
  view_.started_at = around_.world->wall();
  view_.proof = std::string(to_string(report.proof));
  begin_health(report);
  arm_health();
  if (setup_.limits.processes && !report.processes_limited)
    warn(
      "processes_not_limited",
      "limits.processes is not held: no pids controller may be used here (troupe "
      "doctor says why)");
  if (ended_by_us_)
    climb(supervision::stop_ladder(manners()));
}

void attempt_state::refused(const keeper::spawned_report& report) {
  refusal_ = report.refusal;
  refused_for_now_ = report.retriable && !ended_by_us_;
  if (refused_for_now_) {
    ended_by_us_ = exit_kind::overloaded;
    end_detail_ = *report.refusal;
  }
  gone_ = true;
  view_.proof.reset();
  if (!std::exchange(judging_, true))
    judge({});
}

void attempt_state::main_exited(const keeper::exited_report& report) {
  if (exited_)
    return;
  exited_ = report;
  if (report.peak_memory_mb)
    view_.peak_memory_mb =
      std::max(*report.peak_memory_mb, view_.peak_memory_mb.value_or(0));
  if (report.oom == "proved")
    view_.oom_proof = "counter";
  answer_use();
  if (report.tree_empty)
    return read_stderr();
  end_rest();
}

void attempt_state::tree_gone(const keeper::gone_report& report) {
  if (std::exchange(gone_, true))
    return;
  view_.proof = std::string(to_string(report.proof));
  view_.ended_at = report.at;
  around_.world->drain(tail_);
}

void attempt_state::credit() {
  read_on();
}

void attempt_state::read_on() {
  if (gone_)
    around_.world->drain(tail_);
  else
    around_.world->grant(tail_);
}

void attempt_state::chunk(const transcript_chunk& bytes) {
  if (bytes.tail != tail_ || judging_)
    return;
  if (recording_) {
    unread_.push_back(bytes);
    unread_.back().in_hand.reset();
    return;
  }
  fold_bytes(bytes);
}

void attempt_state::fold_bytes(const transcript_chunk& bytes) {
  if (bytes.free_bytes > 0)
    disk_free_ = bytes.free_bytes;
  if (bytes.shrunk)
    warn("transcript_truncated", "the agent cut its own output short");
  if (bytes.bytes.empty() && !bytes.shrunk) {
    if (gone_ && bytes.offset >= stdout_bytes_)
      transcript_ended();
    return;
  }
  stdout_bytes_ = bytes.offset + bytes.bytes.size();
  agents::folded out;
  fold_->push(bytes.bytes, out);
  const auto now = around_.world->now();
  if (out.spoke && first_heard_.count() == 0)
    first_heard_ = now;
  if (health_ && !out.receipts_only)
    health_->heard(now, stdout_bytes_, fold_->speaker().oldest_tool());
  tell(std::move(out), &bytes);
  account();
  inspect();
  arm_health();
  record_next();
}

void attempt_state::tell(agents::folded&& out, const transcript_chunk* from) {
  for (auto& line : out.lines)
    if (line.n > written_before_)
      around_.world->order(
        keeper::write_order{.key = key(), .n = line.n, .line = std::move(line.text)});
  if (out.close_stdin && std::exchange(stdin_open_, false))
    around_.world->order(keeper::close_order{.key = key()});
  if (out.ended)
    result_ = std::move(out.ended);
  replaying_ = replaying_ &&
               (!fold_->caught_up() || fold_->offset() < setup_.watermark->end_offset);
  attempt_news told{
    .attempt = setup_.n,
    .wants_credit = from != nullptr,
    .in_hand = from ? from->in_hand : nullptr,
    .replaying = replaying_,
    .spoke = out.spoke,
    .pending = fold_->speaker().pending(),
    .session = fold_->speaker().session(),
    .ended = {}};
  for (auto& each : out.events)
    told.events.push_back({std::move(each.what), each.src});
  if (result_ && !replaying_ && !std::exchange(result_told_, true))
    told.ended = result_;
  const bool waits = !told.pending.empty();
  if (health_ && waits != std::exchange(waits_, waits))
    waits ? health_->paused(around_.world->now())
          : health_->resumed(around_.world->now());
  self_->send(run_, std::move(told));
  serve(std::move(out.files));
}

void attempt_state::warn(
  std::string_view kind, const std::string& message, std::string_view step) {
  json data{{"kind", kind}, {"message", message}, {"attempt", setup_.n}};
  if (!step.empty())
    data["step"] = step;
  attempt_news told{.attempt = setup_.n, .pending = {}, .session = {}};
  if (fold_) {
    told.pending = fold_->speaker().pending();
    told.session = fold_->speaker().session();
  }
  told.events.push_back({{event_type::warning, {print_json(data)}}, std::nullopt});
  self_->send(run_, std::move(told));
}

caf::result<written> attempt_state::say(const say_input& what) {
  if (judging_ || gone_ || exited_)
    return to_caf(error{errc::conflict, "the agent's process has ended"});
  if (what.kind == input_kind::turn && result_)
    return to_caf(too_late());
  if (what.kind == input_kind::turn && fold_ && !fold_->speaker().takes_turns())
    return to_caf(
      error{errc::conflict, "this agent takes no further turn while it runs"});
  if (unsaid_.size() >= unsaid_max)
    return to_caf(error{errc::busy, "too many inputs wait to be said to this agent"});
  auto promise = self_->make_response_promise<written>();
  unsaid_.push_back({what.kind, what.body, promise, true});
  record_next();
  return promise;
}

void attempt_state::say_to_self(input_kind kind, raw_json body) {
  unsaid_.push_back({kind, std::move(body), {}, false});
  record_next();
}

void attempt_state::record_next() {
  while (result_ && !recording_ && !unsaid_.empty() && unsaid_.front().is_asked &&
         unsaid_.front().kind == input_kind::turn) {
    unsaid_.front().answer.deliver(to_caf(too_late()));
    unsaid_.pop_front();
  }
  if (recording_ || unsaid_.empty() || !fold_ || !fold_->caught_up() || judging_)
    return;
  recording_ = true;
  const agent_input input{
    .n = fold_->inputs() + 1,
    .at_offset = fold_->offset(),
    .kind = unsaid_.front().kind,
    .body = unsaid_.front().body};
  const auto after = [this](auto&& conclude) {
    recording_ = false;
    auto said = std::move(unsaid_.front());
    unsaid_.pop_front();
    conclude(said);
    for (auto held = std::exchange(unread_, {}); auto& bytes : held)
      chunk(bytes);
    record_next();
  };
  self_
    ->request(
      around_.journal,
      deadline::disk,
      append_input{.run_id = setup_.run_id, .attempt = setup_.n, .input = input})
    .then(
      [this, input, after](const written&) {
        after([&](waiting_input& said) {
          agents::folded out;
          fold_->say(input, out);
          if (input.kind == input_kind::turn && health_)
            health_->turn_began(around_.world->now());
          tell(std::move(out));
          arm_health();
          if (said.is_asked)
            said.answer.deliver(written{});
        });
      },
      [after](const caf::error& e) {
        after([&](waiting_input& said) {
          if (said.is_asked)
            said.answer.deliver(e);
        });
      });
}

void attempt_state::transcript_ended() {
  if (std::exchange(judging_, true))
    return;
  agents::folded out;
  fold_->finish(out);
  tell(std::move(out));
  if (stderr_tail_)
    return judge(std::move(*stderr_tail_));
  read_stderr();
}

void attempt_state::read_stderr() {
  if (std::exchange(reading_stderr_, true))
    return;
  const ::troupe::read_stderr question{.run_id = setup_.run_id, .attempt = setup_.n};
  self_->request(around_.journal, deadline::disk, question)
    .then(
      [this](stderr_tail& tail) { stderr_read(std::move(tail.text)); },
      [this](const caf::error&) { stderr_read({}); });
}

void attempt_state::stderr_read(std::string tail) {
  if (judging_)
    return judge(std::move(tail));
  stderr_tail_ = std::move(tail);
}

attempt_actor::behavior_type attempt(
  attempt_actor::stateful_pointer<attempt_state> self,
  surroundings around,
  attempt_setup setup,
  run_actor run) {
  self->link_to(run);
  auto* state = &self->state;
  state->start(std::move(around), std::move(setup), std::move(run));
  return {
    [state](const say_input& what) { return state->say(what); },
    [state](const ask_use& question) { return state->use(question); },
    [state](const finish_attempt&) { state->finish(); },
    [state](const stop_attempt& order) { state->stop(order); },
    [state](const credit&) { state->credit(); },
    [state](const kept_news& what) { state->news(what); },
    [state](const transcript_chunk& bytes) { state->chunk(bytes); },
    [state](const wake& fired) { state->wake(fired.token); },
  };
}

} // namespace troupe
