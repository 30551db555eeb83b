#include "cli/commands.hpp"

#include "cli/console.hpp"
#include "cli/render.hpp"
#include "cli/team_command.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace troupe::cli {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::uint32_t page_runs = 100;
constexpr std::size_t shown_runs_max = 1000;

/// All pages of one list, at most `shown_runs_max` runs; `total` grows by how many
/// match.
result<void>
collect(door& at, list_runs query, std::vector<run_brief>& runs, std::uint64_t& total) {
  query.limit = page_runs;
  std::uint64_t matching = 0;
  do {
    auto page = at.call<run_page>("list_runs", query);
    if (!page)
      return fail(std::move(page.error()));
    matching = page->total;
    std::ranges::move(page->runs, std::back_inserter(runs));
    query.cursor = page->next_cursor;
  } while (query.cursor && runs.size() < shown_runs_max);
  total += matching;
  return {};
}

std::vector<std::optional<run_status>> statuses_of(const ps_options& wanted) {
  if (wanted.status)
    return {from_name<run_status>(*wanted.status)};
  if (wanted.all)
    return {std::nullopt};
  return {
    run_status::queued,
    run_status::running,
    run_status::input_required,
    run_status::auth_required};
}

std::string unknown_status(const std::string& given) {
  static constexpr auto known = names(run_status{});
  std::string text = given + " is no status; there are:";
  for (const auto name : known)
    text += " " + std::string(name);
  return text;
}

json message_of(std::string text) {
  return {
    {"role", "user"},
    {"parts", json::array({{{"type", "text"}, {"text", std::move(text)}}})}};
}

milliseconds left_until(door::clock::time_point end) {
  const auto left = std::chrono::ceil<milliseconds>(end - door::clock::now());
  return std::clamp(left, milliseconds(0), door::longest_wait);
}

bool has_arrived(const waited_runs& now, const run_brief& run) {
  return std::ranges::find(now.still_waiting, run.run_id) == now.still_waiting.end();
}

/// The worst of what was waited for: a failure, then a question, then success.
int verdict_on(const waited_runs& now) {
  int verdict = exit_ok;
  for (const auto& run : now.runs) {
    if (!has_arrived(now, run))
      continue;
    const auto code = exit_code_of(run.status);
    if (code == exit_failed || verdict == exit_ok)
      verdict = code;
  }
  return verdict;
}

int kill_one(door& at, const std::string& run, std::uint32_t timeout_s) {
  const auto now = end_run(at, run, "troupe kill", timeout_s);
  if (!now)
    return exit_with(now.error());
  if (is_final(now->status)) {
    print(
      now->run_id + " " + std::string(to_string(now->status)) +
      (now->proof ? ", gone, known by " + *now->proof : "") + "\n");
    return exit_ok;
  }
  complain(
    now->run_id + " is being stopped but not gone after " + std::to_string(timeout_s) +
    " s; it will be killed in the end: troupe show " + now->run_id);
  return exit_timeout;
}

} // namespace

result<cancelled_run>
end_run(door& at, const std::string& run, const char* reason, std::uint32_t timeout_s) {
  const auto end = door::clock::now() + seconds(timeout_s);
  while (true) {
    const auto wait = left_until(end);
    auto order = naming(run);
    order["wait_ms"] = wait.count();
    order["reason"] = reason;
    const auto answer = at.call("cancel_run", std::move(order), wait);
    if (!answer)
      return fail(answer.error());
    auto now = decode<cancelled_run>(*answer);
    if (!now || is_final(now->status) || wait.count() == 0)
      return now;
  }
}

result<std::vector<run_brief>> live_runs(door& at) {
  std::vector<run_brief> runs;
  std::uint64_t total = 0;
  for (const auto status : statuses_of({})) {
    list_runs query;
    query.status = status;
    if (auto done = collect(at, std::move(query), runs, total); !done)
      return fail(done.error());
  }
  return runs;
}

result<continued_run>
continue_with(door& at, const std::string& run, std::string text) {
  auto order = naming(run);
  order["input_message"] = message_of(std::move(text));
  const auto answer = at.call("continue_run", std::move(order));
  if (!answer)
    return fail(answer.error());
  return decode<continued_run>(*answer);
}

int list_runs_for(door& at, const ps_options& wanted) {
  if (wanted.status && !from_name<run_status>(*wanted.status)) {
    complain(unknown_status(*wanted.status));
    return exit_usage;
  }
  std::vector<run_brief> runs;
  std::uint64_t total = 0;
  for (const auto status : statuses_of(wanted)) {
    list_runs query;
    query.status = status;
    query.backend = wanted.backend;
    if (auto done = collect(at, std::move(query), runs, total); !done)
      return exit_with(done.error());
  }
  std::ranges::stable_sort(runs, std::ranges::greater(), &run_brief::created_at);
  print(
    wanted.as_json ? print_json(encode(runs)) + "\n"
                   : render_runs(runs, look_of_stdout()));
  if (runs.size() < total)
    complain(
      "the newest " + std::to_string(runs.size()) + " of " + std::to_string(total));
  return exit_ok;
}

int show_run(door& at, const show_options& wanted) {
  const auto answer = at.call("get_run", naming(wanted.run));
  if (!answer)
    return exit_with(answer.error());
  if (wanted.as_json)
    return print(print_json(*answer) + "\n") ? exit_ok : exit_failed;
  const auto run = decode<run_view>(*answer);
  if (!run)
    return exit_with(run.error());
  print(render_run(*run, look_of_stdout()));
  return exit_ok;
}

int show_tools(door& at, const tools_options& wanted) {
  json all{{"tools", json::array()}};
  json params = json::object();
  do {
    auto page = at.ask("tools/list", params);
    if (!page)
      return exit_with(page.error());
    for (auto& tool : page->value("tools", json::array()))
      all["tools"].push_back(std::move(tool));
    params["cursor"] = page->value("nextCursor", "");
  } while (params["cursor"] != "");
  print(wanted.as_json ? print_json(all) + "\n" : render_tools(all, look_of_stdout()));
  return exit_ok;
}

int wait_for(door& at, const wait_options& wanted) {
  const auto forever = door::clock::time_point::max();
  const auto end =
    wanted.timeout_s ? door::clock::now() + seconds(*wanted.timeout_s) : forever;
  wait_runs query{
    .run_ids = wanted.runs,
    .mode = wanted.any ? wait_mode::any : wait_mode::all,
    .until = wanted.attention ? wait_until::attention : wait_until::terminal};
  while (true) {
    const auto wait = end == forever ? door::longest_wait : left_until(end);
    query.wait_ms = static_cast<std::uint32_t>(wait.count());
    const auto now = at.call<waited_runs>("wait_runs", query, wait);
    if (!now)
      return exit_with(now.error());
    if (!now->satisfied && wait.count() > 0)
      continue;
    for (const auto& run : now->runs)
      print(
        printable(run.run_id + " " + run.agent_name) + " " +
        std::string(to_string(run.phase)) + "\n");
    return now->satisfied ? verdict_on(*now) : exit_timeout;
  }
}

int kill_runs(door& at, const kill_options& wanted) {
  int worst = exit_ok;
  for (const auto& run : wanted.runs) {
    const int code = run.starts_with("t_") ? kill_team(at, run, wanted.timeout_s)
                                           : kill_one(at, run, wanted.timeout_s);
    if (code != exit_ok)
      worst = worst == exit_ok || worst == code ? code : exit_failed;
  }
  return worst;
}

int answer_run(door& at, const answer_options& wanted) {
  std::string text;
  for (const auto& word : wanted.text)
    text += (text.empty() ? "" : " ") + word;
  const auto now = continue_with(at, wanted.run, std::move(text));
  if (!now)
    return exit_with(now.error());
  print(
    now->mode == continue_mode::resume
      ? "goes on as " + now->run_id + ", a new run of the same conversation\n"
      : now->run_id + " " + std::string(to_string(now->status)) + "\n");
  return exit_ok;
}

} // namespace troupe::cli
