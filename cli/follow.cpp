#include "cli/follow.hpp"

#include "cli/console.hpp"
#include "cli/event_reader.hpp"
#include "cli/signals.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>

namespace troupe::cli {

namespace {

result<std::uint64_t> seq_before_last(door& at, const logs_options& wanted) {
  if (!wanted.last)
    return std::uint64_t{0};
  const auto answer = at.call("get_run", naming(wanted.run));
  if (!answer)
    return fail(answer.error());
  const auto last = answer->value("last_seq", std::uint64_t{0});
  return last - std::min(last, *wanted.last);
}

result<json> order_of(const run_options& wanted) {
  std::error_code why;
  const auto cwd = std::filesystem::canonical(wanted.cwd.value_or("."), why);
  if (why)
    return fail(
      errc::invalid_argument,
      "--cwd " + wanted.cwd.value_or(".") + ": " + why.message());
  const bool is_process = !wanted.argv.empty();
  json order{
    {"backend", wanted.backend.value_or(is_process ? "process" : "claude_code")},
    {"cwd", cwd.string()}};
  std::string prompt;
  for (const auto& word : is_process ? wanted.argv : wanted.prompt)
    prompt += (prompt.empty() ? "" : " ") + word;
  if (!prompt.empty())
    order["prompt"] = prompt;
  if (is_process)
    order["backend_config"] = {{"command", wanted.argv}, {"stdin", "none"}};
  if (wanted.model)
    order["backend_config"]["model"] = *wanted.model;
  if (wanted.name)
    order["nickname"] = *wanted.name;
  if (!wanted.allow.empty())
    order["permissions"] = {{"allow", wanted.allow}};
  if (wanted.worktree)
    order["isolation"] = "worktree";
  return order;
}

int follow_run(door& at, const std::string& run, bool as_json) {
  const auto interrupts = watch_signals({SIGINT, SIGTERM});
  at.watch(interrupts.get());
  event_reader events(at, run, as_json, 0);
  while (true) {
    const auto page = events.next(follow_wait_ms);
    if (!page)
      return at.interrupted() ? detached(run) : exit_with(page.error());
    if (!events.print_page(*page))
      return exit_failed;
    if (events.is_over(*page))
      return exit_code_of(page->status);
  }
}

} // namespace

int show_logs(door& at, const logs_options& wanted) {
  const auto after = seq_before_last(at, wanted);
  if (!after)
    return exit_with(after.error());
  event_reader events(at, wanted.run, wanted.as_json, *after);
  while (true) {
    const auto page = events.next(wanted.follow ? follow_wait_ms : 0);
    if (!page)
      return exit_with(page.error());
    if (!events.print_page(*page))
      return exit_failed;
    if (
      events.is_over(*page) ||
      (!wanted.follow && (events.at_end(*page) || page->events.empty())))
      return exit_ok;
  }
}

int start_run(door& at, const run_options& wanted) {
  auto order = order_of(wanted);
  if (!order)
    return exit_with(order.error());
  const auto longer = std::chrono::seconds(wanted.worktree ? 60 : 0);
  const auto answer = at.call("spawn_run", std::move(*order), longer);
  if (!answer)
    return exit_with(answer.error());
  const auto run = decode<spawned_run>(*answer);
  if (!run)
    return exit_with(run.error());
  if (wanted.detach) {
    print(wanted.as_json ? print_json(*answer) + "\n" : run->run_id + "\n");
    return exit_ok;
  }
  if (!wanted.as_json)
    std::fprintf(
      stderr, "%s %s\n", run->run_id.c_str(), printable(run->agent_name).c_str());
  return follow_run(at, run->run_id, wanted.as_json);
}

} // namespace troupe::cli
