#include "cli/follow.hpp"

#include "cli/console.hpp"
#include "cli/render.hpp"
#include "cli/signals.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>

namespace troupe::cli {

namespace {

constexpr std::uint32_t page_events = 1000;
constexpr std::uint32_t page_bytes = 1024 * 1024;
constexpr std::uint32_t follow_wait_ms = 20'000;
constexpr int exit_detached = 130;

/// Reads one run's events in order and prints each.
class reader {
public:
  reader(door& at, std::string run, bool as_json, std::uint64_t after)
    : at_(at), run_(std::move(run)), after_(after), as_json_(as_json),
      as_(look_of_stdout()) {}

  /// The next page, after at most `wait_ms` if there is nothing yet.
  [[nodiscard]] result<event_page> next(std::uint32_t wait_ms) {
    auto query = naming(run_);
    query["after_seq"] = after_;
    query["limit"] = page_events;
    query["wait_ms"] = wait_ms;
    query["max_bytes"] = page_bytes;
    auto answer =
      at_.call("poll_events", std::move(query), std::chrono::milliseconds(wait_ms));
    if (!answer)
      return fail(std::move(answer.error()));
    return decode<event_page>(*answer);
  }

  /// False if nobody reads stdout any more.
  [[nodiscard]] bool print_page(const event_page& page) {
    std::string text;
    for (const auto& event : page.events)
      text += as_json_ ? event.text + '\n' : human(event);
    after_ = std::max(after_, page.next_after_seq);
    return text.empty() || print(text);
  }

  [[nodiscard]] bool is_over(const event_page& page) const {
    return is_final(page.status) && at_end(page);
  }
  [[nodiscard]] bool at_end(const event_page& page) const {
    return !page.has_more && after_ >= page.last_seq;
  }

private:
  [[nodiscard]] std::string human(const raw_json& event) const {
    const auto value = parse_json(event.text);
    if (!value)
      return {};
    auto text = render_event(*value, as_);
    if (value->value("type", "") == "input_required")
      text += how_to_answer(*value);
    return text;
  }

  [[nodiscard]] std::string how_to_answer(const json& event) const {
    auto request = decode<pending_request>(event.value("data", json::object()));
    if (!request)
      return {};
    const auto text = render_request(run_, *request);
    return text.substr(text.find('\n') + 1);
  }

  door& at_;
  std::string run_;
  std::uint64_t after_;
  bool as_json_;
  look as_;
};

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

int detached(const std::string& run) {
  std::fprintf(
    stderr,
    "\n%s runs on. troupe logs -f %s to follow it again, troupe kill %s to end it.\n",
    run.c_str(),
    run.c_str(),
    run.c_str());
  return exit_detached;
}

int follow_run(door& at, const std::string& run, bool as_json) {
  const auto interrupts = watch_signals({SIGINT, SIGTERM});
  at.watch(interrupts.get());
  reader events(at, run, as_json, 0);
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
  reader events(at, wanted.run, wanted.as_json, *after);
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
