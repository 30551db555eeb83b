#include "examples/scenes.hpp"

#include "examples/processes.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>

namespace troupe::examples {

namespace {

void tell(const std::string& line) {
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

std::string words(run_status s) {
  return std::string(to_string(s));
}

std::string why_ended(const attempt_view& attempt) {
  if (!attempt.exit)
    return "still running";
  auto text = std::string(to_string(attempt.exit->reason));
  if (attempt.exit->signal)
    text += " (signal " + std::to_string(*attempt.exit->signal) + ")";
  else if (attempt.exit->code && *attempt.exit->code != 0)
    text += " (code " + std::to_string(*attempt.exit->code) + ")";
  return text + ", gone: proved by " + attempt.proof.value_or("nothing");
}

/// What the supervisor decided about a run, in order, in its own words.
result<std::vector<std::string>> causes_of(client& at, const std::string& run_id) {
  auto page = at.call<event_page>(
    "poll_events",
    {{"run_id", run_id}, {"limit", 1000}, {"wait_ms", 0}, {"max_bytes", 1'048'576}});
  if (!page)
    return fail(std::move(page.error()));
  std::vector<std::string> causes;
  for (const auto& raw : page->events)
    if (const auto event = parse_json(raw.text);
        event && event->value("type", "") == "status_changed")
      if (const auto cause = (*event)["data"].value("cause", ""); !cause.empty())
        causes.push_back(cause);
  tell("← " + std::to_string(page->events.size()) + " events");
  return causes;
}

result<run_view> look_at_run(client& at, const std::string& run_id) {
  auto run = at.call<run_view>("get_run", {{"run_id", run_id}});
  if (run)
    tell("← " + run->agent_name + " is " + words(run->status));
  return run;
}

/// A run that has ended, and why it was restarted each time.
struct story {
  run_view run;
  std::vector<std::string> causes;
};

result<story> look_back(client& at, const std::string& run_id) {
  auto run = look_at_run(at, run_id);
  if (!run)
    return fail(std::move(run.error()));
  auto causes = causes_of(at, run_id);
  if (!causes)
    return fail(std::move(causes.error()));
  return story{std::move(*run), std::move(*causes)};
}

/// A run with its attempts and what lay between them, as a branch of a tree.
void draw(const story& told, bool last) {
  const auto& [run, causes] = told;
  const std::string margin = last ? "    " : " │  ";
  tell((last ? " └─ " : " ├─ ") + run.agent_name + ": " + words(run.status));
  for (std::size_t i = 0; i < run.attempts.size(); ++i) {
    const auto& attempt = run.attempts[i];
    const bool final = i + 1 == run.attempts.size();
    tell(
      margin + (final ? " └─ " : " ├─ ") + "attempt " + std::to_string(attempt.n) +
      ": " + why_ended(attempt));
    if (!final && i < causes.size())
      tell(margin + " │   → " + causes[i]);
  }
  if (run.status == run_status::completed && run.result)
    tell(margin + "    “" + run.result->final_response.value_or("") + "”");
}

result<std::string>
start_worker(client& at, const std::string& name, const std::string& cwd) {
  auto run = at.call<spawned_run>(
    "spawn_run",
    {{"backend", "process"},
     {"nickname", name},
     {"prompt", "do your job"},
     {"cwd", cwd},
     {"backend_config",
      {{"command", {std::string(TROUPE_WORKERS "/") + name + ".sh"}}}}});
  if (!run)
    return fail(std::move(run.error()));
  tell("← " + run->run_id + " " + words(run->status));
  return run->run_id;
}

/// Waits until it has said something.
result<void> hear_from(client& at, const std::string& run_id) {
  std::uint64_t seen = 0;
  while (true) {
    auto page =
      at.call<event_page>("poll_events", {{"run_id", run_id}, {"after_seq", seen}});
    if (!page)
      return fail(std::move(page.error()));
    seen = page->next_after_seq;
    for (const auto& raw : page->events)
      if (const auto event = parse_json(raw.text);
          event && event->value("type", "") == "agent_message") {
        tell("← “" + (*event)["data"].value("text", "") + "”");
        return {};
      }
    tell("← nothing said yet");
  }
}

result<void> wait_for(client& at, std::vector<std::string> run_ids, const char* until) {
  while (true) {
    auto waited =
      at.call<waited_runs>("wait_runs", {{"run_ids", run_ids}, {"until", until}});
    if (!waited)
      return fail(std::move(waited.error()));
    std::string line = "←";
    for (const auto& run : waited->runs)
      line += " " + run.agent_name + " is " + words(run.status) + ";";
    line.pop_back();
    tell(line);
    if (waited->satisfied)
      return {};
  }
}

/// Cancels a run and has the kernel confirm that nothing of it is left.
result<void> end_the_stubborn(client& at, const std::string& run_id) {
  const auto before = processes_of(run_id);
  tell("\n/proc, processes of stubborn before it is cancelled:");
  for (const auto& p : before)
    tell(
      "  pid " + std::to_string(p.pid) + ", parent " + std::to_string(p.parent) +
      ", session " + std::to_string(p.session) + ": " + p.command.substr(0, 48));
  auto answer = at.call<cancelled_run>(
    "cancel_run", {{"run_id", run_id}, {"reason", "the demo is over"}});
  if (!answer)
    return fail(std::move(answer.error()));
  tell("← " + words(answer->status) + ", proof: " + answer->proof.value_or("none"));
  const auto left = processes_of(run_id);
  const auto alive =
    std::ranges::count_if(before, [](const process& p) { return lives(p.pid); });
  tell(
    "/proc, after it: " + std::to_string(left.size()) + " processes of the run, " +
    std::to_string(alive) + " of those pids alive\n");
  if (before.size() < 2)
    return fail(errc::internal, "stubborn left no process behind to be ended");
  if (answer->status != run_status::cancelled || !left.empty() || alive != 0)
    return fail(errc::internal, "stubborn was not ended completely");
  return {};
}

result<void> check(const run_view& run, run_status wanted, std::uint32_t restarts) {
  if (run.status == wanted && run.restarts == restarts)
    return {};
  return fail(
    errc::internal,
    run.agent_name + " ended as " + words(run.status) + " after " +
      std::to_string(run.restarts) + " restarts: " + run.error.value_or("no error"));
}

} // namespace

result<void> play_workers(client& at, const std::string& cwd) {
  std::vector<std::string> ids;
  for (const auto* name : {"steady", "flaky", "stubborn"}) {
    auto id = start_worker(at, name, cwd);
    if (!id)
      return fail(std::move(id.error()));
    ids.push_back(std::move(*id));
  }
  if (auto heard = hear_from(at, ids[2]); !heard)
    return heard;
  if (auto ended = end_the_stubborn(at, ids[2]); !ended)
    return ended;
  if (auto waited = wait_for(at, ids, "terminal"); !waited)
    return waited;
  std::vector<story> stories;
  for (const auto& id : ids) {
    auto told = look_back(at, id);
    if (!told)
      return fail(std::move(told.error()));
    stories.push_back(std::move(*told));
  }
  tell("\nruns");
  for (const auto& told : stories)
    draw(told, &told == &stories.back());
  if (auto good = check(stories[0].run, run_status::completed, 0); !good)
    return good;
  if (auto good = check(stories[1].run, run_status::completed, 1); !good)
    return good;
  return check(stories[2].run, run_status::cancelled, 0);
}

result<void> play_claude(client& at, const std::string& prompt) {
  auto run = at.call<spawned_run>(
    "spawn_run",
    {{"backend", "claude_code"},
     {"prompt", prompt},
     {"cwd", std::filesystem::current_path().string()}});
  if (!run)
    return fail(std::move(run.error()));
  tell("← " + run->run_id + " " + words(run->status));
  while (true) {
    if (auto waited = wait_for(at, {run->run_id}, "attention"); !waited)
      return waited;
    auto now = look_at_run(at, run->run_id);
    if (!now)
      return fail(std::move(now.error()));
    if (now->pending.empty() && now->phase != run_phase::input_required) {
      auto told = look_back(at, run->run_id);
      if (!told)
        return fail(std::move(told.error()));
      tell("\nruns");
      draw(*told, true);
      return check(*now, run_status::completed, now->restarts);
    }
    for (const auto& question : now->pending)
      tell("? " + question.title + "  " + question.detail.text);
    tell("allow, deny: why, or an answer:");
    std::string words_of_person;
    if (!std::getline(std::cin, words_of_person))
      words_of_person = "deny: nobody is there to answer";
    auto told = at.call(
      "continue_run", {{"run_id", run->run_id}, {"input_message", words_of_person}});
    if (!told)
      return fail(std::move(told.error()));
    tell("← told");
  }
}

} // namespace troupe::examples
