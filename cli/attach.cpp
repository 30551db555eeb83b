#include "cli/attach.hpp"

#include "cli/commands.hpp"
#include "cli/console.hpp"
#include "cli/event_reader.hpp"
#include "cli/typed_lines.hpp"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <unistd.h>
#include <utility>

namespace troupe::cli {

namespace {

/// One run, and after it those that go on with its conversation.
class attachment {
public:
  attachment(door& at, const run_view& run, std::uint64_t shown)
    : at_(at), run_(run.run_id),
      events_(at, run_, false, run.last_seq - std::min(run.last_seq, shown)) {}

  int follow() {
    while (true) {
      if (typed_.interrupted())
        return detached(run_);
      if (const auto line = typed_.next()) {
        say(*line);
        continue;
      }
      if (over_ && typed_.at_end())
        return exit_code_of(*over_);
      const auto page = look();
      if (!page && at_.interrupted())
        continue;
      if (!page)
        return exit_with(page.error());
      if (!events_.print_page(*page))
        return exit_failed;
      if (!events_.is_over(*page))
        continue;
      if (typed_.at_end())
        return exit_code_of(page->status);
      over_ = page->status;
      tell_that_it_ended();
      typed_.wait();
    }
  }

private:
  result<event_page> look() {
    at_.watch(typed_.fd());
    auto page = events_.next(follow_wait_ms);
    at_.watch(-1);
    return page;
  }

  void say(const typed_line& line) {
    if (line.cut)
      return complain(
        "a line of more than " + std::to_string(typed_bytes_max) +
        " bytes was not said; write a file and name it");
    if (line.text.empty())
      return;
    const auto now = continue_with(at_, run_, line.text);
    if (!now)
      return (void)exit_with(now.error());
    if (now->mode != continue_mode::resume)
      return;
    run_ = now->run_id;
    told_end_ = false;
    over_.reset();
    events_ = event_reader(at_, run_, false, 0);
    print("goes on as " + run_ + ", a new run of the same conversation\n");
  }

  void tell_that_it_ended() {
    if (!std::exchange(told_end_, true) && isatty(STDIN_FILENO))
      std::fprintf(
        stderr, "It has ended. A line goes on with it in a new run; ^D leaves.\n");
  }

  door& at_;
  std::string run_;
  event_reader events_;
  typed_lines typed_;
  bool told_end_ = false;
  std::optional<run_status> over_; ///< How it ended, once all of it was shown.
};

std::string asked_by(const pending_request& request) {
  std::string words;
  for (const auto& each : request.options)
    words.append(words.empty() ? " (" : ", ").append(each);
  return "waits for: " + printable(request.title) +
         (words.empty() ? "" : printable(words) + ")") + "\n";
}

bool is_plain(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("_-./=:@%+,").find(c) != std::string_view::npos;
}

/// As one word of a shell.
std::string for_shell(const std::string& word) {
  if (!word.empty() && std::ranges::all_of(word, is_plain))
    return word;
  std::string text = "'";
  for (const char c : word)
    text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

/// Another run of the same conversation that lives or will.
result<std::optional<run_brief>> rival_of(door& at, const run_view& run) {
  const auto live = live_runs(at);
  if (!live)
    return fail(live.error());
  for (const auto& each : *live)
    if (each.session_id == run.session_id && each.run_id != run.run_id)
      return each;
  return std::nullopt;
}

result<run_view> run_of(door& at, const std::string& run) {
  const auto answer = at.call("get_run", naming(run));
  if (!answer)
    return fail(answer.error());
  return decode<run_view>(*answer);
}

/// Whether nobody but this run has the conversation, and a person could have it.
std::optional<int> why_not(door& at, const run_view& run) {
  if (!run.takeover) {
    complain(
      "run " + run.run_id + " has no conversation that a program of backend " +
      run.backend + " goes on with in a terminal; troupe attach " + run.run_id +
      " speaks with it");
    return exit_failed;
  }
  const auto rival = rival_of(at, run);
  if (!rival)
    return exit_with(rival.error());
  if (!*rival)
    return {};
  const auto& other = (*rival)->run_id;
  complain(
    "the conversation of run " + run.run_id + " also has run " + other + ", which is " +
    std::string(to_string((*rival)->status)) + ": troupe takeover " + other +
    ", or troupe kill " + other + " first");
  return exit_failed;
}

std::optional<int> not_ended(door& at, const run_view& run, std::uint32_t timeout_s) {
  const auto now = end_run(at, run.run_id, "taken over", timeout_s);
  if (!now)
    return exit_with(now.error());
  if (is_final(now->status))
    return {};
  complain(
    run.run_id + " is being stopped but not gone after " + std::to_string(timeout_s) +
    " s; ask again");
  return exit_timeout;
}

} // namespace

int attach(door& at, const attach_options& wanted) {
  const auto run = run_of(at, wanted.run);
  if (!run)
    return exit_with(run.error());
  attachment to(at, *run, wanted.last);
  for (const auto& request : run->pending)
    print(asked_by(request));
  return to.follow();
}

int take_over(door& at, const takeover_options& wanted) {
  auto run = run_of(at, wanted.run);
  if (!run)
    return exit_with(run.error());
  if (const auto why = why_not(at, *run))
    return *why;
  if (!is_final(run->status))
    if (const auto why = not_ended(at, *run, wanted.timeout_s))
      return *why;
  run = run_of(at, run->run_id);
  if (!run)
    return exit_with(run.error());
  std::string line = "cd " + for_shell(run->cwd) + " &&";
  for (const auto& word : run->takeover.value_or(std::vector<std::string>()))
    line += " " + for_shell(word);
  return print(printable(line) + "\n") ? exit_ok : exit_failed;
}

} // namespace troupe::cli
