#include "gateway/why.hpp"

#include <algorithm>

namespace troupe::mcp {

namespace {

constexpr std::uint32_t decisions_max = 64;
constexpr std::uint32_t page_events = 1000;
constexpr std::uint32_t pages_max = 4;

/// What is known so far, and where to read on.
struct search {
  inquiry q;
  ask_why params;
  reply_to<why_view> reply;
  run_view run;
  why_view found;
  std::uint64_t before = 0; ///< Events from here on have been read.
  std::uint32_t pages = 0;
};

void finish(search s) {
  std::ranges::stable_sort(
    s.found.decisions, [](const auto& a, const auto& b) { return a.at > b.at; });
  if (s.found.decisions.size() > s.params.limit)
    s.found.decisions.resize(s.params.limit);
  s.reply(std::move(s.found));
}

void add_teams_part(search s) {
  if (!s.run.team_id)
    return finish(std::move(s));
  list_decisions question{.team = *s.run.team_id, .run_id = s.run.run_id};
  ask<list_decisions>(
    s.q, &desk::teams, std::move(question), [s](result<why_view> of_team) mutable {
      if (of_team)
        std::ranges::move(of_team->decisions, std::back_inserter(s.found.decisions));
      finish(std::move(s));
    });
}

std::optional<decision_view> decision_in(const json& event) {
  const auto data = event.find("data");
  if (data == event.end() || !data->is_object() || !data->contains("cause"))
    return {};
  decision_view d;
  if (!parse(event.value("ts", ""), d.at))
    return {};
  d.about = event.value("run_id", "");
  d.what =
    data->value("phase", event.value("type", "")) + ": " + data->value("cause", "");
  return d;
}

void read_back(search s) {
  if (
    s.before <= 1 || s.pages == pages_max || s.found.decisions.size() >= s.params.limit)
    return add_teams_part(std::move(s));
  poll_events question;
  question.run_id = s.run.run_id;
  question.after_seq = s.before > page_events + 1 ? s.before - page_events - 1 : 0;
  question.limit = page_events;
  question.wait_ms = 0;
  question.max_bytes = answer_bytes_max;
  const auto first = question.after_seq + 1;
  ask<poll_events>(
    s.q,
    &desk::registry,
    std::move(question),
    [s, first](result<event_page> page) mutable {
      if (!page)
        return s.reply(fail(std::move(page.error())));
      for (const auto& each : page->events)
        if (const auto event = encode(each); event.value("seq", s.before) < s.before)
          if (auto d = decision_in(event))
            s.found.decisions.push_back(std::move(*d));
      s.before = first;
      ++s.pages;
      read_back(std::move(s));
    });
}

std::string now_of(const run_view& run) {
  auto text = "run " + run.agent_name + " is " + std::string(to_string(run.phase));
  if (run.exit)
    text += " (" + std::string(to_string(run.exit->reason)) + ")";
  if (run.error)
    text += ": " + *run.error;
  else if (run.exit && !run.exit->detail.empty())
    text += ": " + run.exit->detail;
  else if (run.waits_for)
    text += ": " + *run.waits_for;
  return text;
}

void about_team(const inquiry& q, const ask_why& params, reply_to<why_view> reply) {
  list_decisions question{.team = params.id, .run_id = {}};
  ask<list_decisions>(
    q,
    &desk::teams,
    std::move(question),
    [reply, limit = params.limit](result<why_view> answer) {
      if (answer && answer->decisions.size() > limit)
        answer->decisions.resize(limit);
      reply(std::move(answer));
    });
}

} // namespace

void tell_why(const inquiry& q, ask_why params, reply_to<why_view> reply) {
  if (params.limit < 1 || params.limit > decisions_max)
    return reply(fail(
      errc::invalid_argument,
      "limit: must be 1 to 64, got " + std::to_string(params.limit)));
  if (params.id.starts_with("t_"))
    return about_team(q, params, std::move(reply));
  wait_runs named;
  named.run_ids = {params.id};
  named.wait_ms = 0;
  ask<wait_runs>(
    q, &desk::registry, named, [q, params, reply](result<waited_runs> seen) {
      if (!seen && seen.error().code == errc::not_found)
        return about_team(q, params, reply);
      if (!seen || seen->runs.empty())
        return reply(fail(
          seen ? error{errc::not_found, "no such run: " + params.id}
               : std::move(seen.error())));
      get_run question;
      question.run_id = seen->runs.front().run_id;
      ask<get_run>(
        q,
        &desk::registry,
        std::move(question),
        [q, params, reply](result<run_view> run) {
          if (!run)
            return reply(fail(std::move(run.error())));
          search s{.q = q, .params = params, .reply = reply, .run = std::move(*run)};
          s.before = s.run.last_seq + 1;
          s.found.id = s.run.run_id;
          s.found.now = now_of(s.run);
          read_back(std::move(s));
        });
    });
}

} // namespace troupe::mcp
