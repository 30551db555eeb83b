#include "supervision/incidents.hpp"

#include "protocol/text.hpp"
#include "supervision/exit_rules.hpp"

#include <algorithm>
#include <cctype>

namespace troupe::supervision {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t fingerprint_bytes_max = 200;
constexpr std::size_t recent_max = 1024;
constexpr std::size_t open_max = 64;
constexpr moment gap_max = 500ms;
constexpr moment all_within = 30s;
constexpr int overload_factor = 10;

bool has_letter(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return std::isalpha(c); });
}

bool has_digit(std::string_view text) {
  return std::ranges::any_of(text, [](unsigned char c) { return std::isdigit(c); });
}

std::string_view telling_line(std::string_view text) {
  while (!text.empty()) {
    const auto cut = text.find_last_of('\n');
    const auto line = cut == std::string_view::npos ? text : text.substr(cut + 1);
    if (has_letter(line))
      return line;
    text = cut == std::string_view::npos ? std::string_view{} : text.substr(0, cut);
  }
  return {};
}

std::string normalised(std::string_view line) {
  std::string text;
  while (!line.empty()) {
    const auto end = std::min(line.find_first_of(" \t\r"), line.size());
    const auto word = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    if (word.empty())
      continue;
    text += ' ';
    if (word.find('/') != std::string_view::npos)
      text += '/';
    else if (has_digit(word))
      text += '#';
    else
      text += word;
  }
  return text;
}

bool is_shared(exit_kind kind) {
  const auto rule = rule_of(kind);
  return rule == exit_rule::restart || rule == exit_rule::restart_once ||
         rule == exit_rule::restart_late;
}

} // namespace

std::string fingerprint_of(std::string_view backend, const exit_reason& why) {
  if (!is_shared(why.reason))
    return {};
  auto text = std::string(backend) + " " + describe(why);
  if (const auto detail = normalised(telling_line(why.detail)); !detail.empty())
    text += ":" + detail;
  return one_line(text, fingerprint_bytes_max);
}

incidents::incident* incidents::of_run(const std::string& run_id) {
  const auto found = std::ranges::find_if(
    open_, [&](const incident& each) { return each.hit.contains(run_id); });
  return found == open_.end() ? nullptr : &*found;
}

std::vector<std::string>
incidents::failed(const run_failure& what, moment now, double dice) {
  const auto* before = of_run(what.run_id);
  if (before && before->fingerprint != what.fingerprint)
    ended_otherwise(what.run_id, now);
  const auto same = std::ranges::find(open_, what.fingerprint, &incident::fingerprint);
  if (same == open_.end()) {
    open_if_many(what, now);
    return {};
  }
  same->runs += same->hit.insert(what.run_id).second ? 1 : 0;
  same->last_failure = std::max(same->last_failure, what.at);
  if (same->probe != what.run_id && !same->holds)
    return {};
  retreat(*same, now, dice);
  return {same->waiting.begin(), same->waiting.end()};
}

void incidents::open_if_many(const run_failure& what, moment now) {
  std::erase_if(recent_, [&](const run_failure& each) {
    return now - each.at >= window() ||
           (each.run_id == what.run_id && each.fingerprint == what.fingerprint);
  });
  if (limits_.runs == 0 || now - what.at >= window())
    return;
  if (recent_.size() >= recent_max)
    recent_.pop_front();
  recent_.push_back(what);
  std::set<std::string> hit;
  for (const auto& each : recent_)
    if (each.fingerprint == what.fingerprint)
      hit.insert(each.run_id);
  if (hit.size() < limits_.runs)
    return;
  std::erase_if(recent_, [&](const run_failure& each) {
    return each.fingerprint == what.fingerprint;
  });
  if (open_.size() >= open_max)
    open_.erase(std::ranges::min_element(open_, {}, &incident::last_failure));
  const moment hold = std::chrono::seconds(limits_.hold_s);
  open_.push_back(
    {.number = ++last_number_,
     .fingerprint = what.fingerprint,
     .since = what.wall,
     .hit = hit,
     .runs = hit.size(),
     .hold = what.overload ? hold * overload_factor : hold,
     .waiting = {},
     .probe = {},
     .next_go = now,
     .last_failure = what.at});
}

void incidents::retreat(incident& of, moment now, double dice) const {
  const restart_policy pace{
    .backoff_ms = limits_.backoff_s * 1000,
    .backoff_max_ms = limits_.backoff_max_s * 1000};
  of.probe.reset();
  of.holds = false;
  of.next_go = now + backoff(pace, of.probes_failed++, dice);
}

void incidents::hold(incident& of, moment now) const {
  of.probe.reset();
  of.holds = true;
  of.next_go = now;
}

void incidents::ended_otherwise(const std::string& run_id, moment now) {
  auto* found = of_run(run_id);
  if (!found)
    return;
  found->hit.erase(run_id);
  std::erase(found->waiting, run_id);
  if (found->probe == run_id)
    hold(*found, now);
}

void incidents::left(const std::string& run_id) {
  std::erase_if(
    recent_, [&](const run_failure& each) { return each.run_id == run_id; });
  auto* found = of_run(run_id);
  if (!found)
    return;
  found->hit.erase(run_id);
  std::erase(found->waiting, run_id);
  if (found->probe == run_id)
    found->probe.reset();
}

bool incidents::let_go(incident& of, const std::string& run_id, moment now) const {
  if (of.probe == run_id)
    return true;
  if (of.probe || now < of.next_go)
    return false;
  if (of.holds) {
    const auto many = static_cast<long>(of.waiting.size()) + 1;
    of.next_go = now + std::min(gap_max, all_within / many);
    return true;
  }
  of.probe = run_id;
  of.probe_until = now + of.hold;
  return true;
}

bool incidents::asks(const std::string& run_id, moment now) {
  auto* found = of_run(run_id);
  if (!found || now >= closes_at(*found))
    return true;
  if (found->probe == run_id)
    return true;
  const bool waits = std::ranges::find(found->waiting, run_id) != found->waiting.end();
  if (found->waiting.empty() && let_go(*found, run_id, now))
    return true;
  if (!waits)
    found->waiting.push_back(run_id);
  return false;
}

std::vector<std::string> incidents::due(moment now) {
  std::vector<std::string> released;
  for (auto& each : open_) {
    if (each.probe && now >= each.probe_until)
      hold(each, now);
    while (!each.waiting.empty() && let_go(each, each.waiting.front(), now)) {
      released.push_back(std::move(each.waiting.front()));
      each.waiting.pop_front();
    }
  }
  std::erase_if(open_, [&](const incident& each) { return now >= closes_at(each); });
  return released;
}

moment incidents::closes_at(const incident& of) const {
  if (of.probe || !of.waiting.empty())
    return moment::max();
  if (of.holds)
    return of.next_go + window();
  const moment longest = std::chrono::seconds(limits_.backoff_max_s);
  return std::max(of.next_go, of.last_failure + longest) + window();
}

std::optional<moment> incidents::next_check() const {
  std::optional<moment> next;
  for (const auto& each : open_) {
    auto at = closes_at(each);
    if (each.probe)
      at = each.probe_until;
    else if (!each.waiting.empty())
      at = each.next_go;
    next = next ? std::min(*next, at) : at;
  }
  return next;
}

std::string incidents::cause_of(const std::string& run_id) const {
  for (const auto& each : open_) {
    if (std::ranges::find(each.waiting, run_id) == each.waiting.end())
      continue;
    const auto name = "incident " + std::to_string(each.number) + " (" +
                      each.fingerprint + "); " + std::to_string(each.runs) +
                      " runs since " + to_string(each.since);
    if (each.holds)
      return "waits for its turn after " + name;
    auto text = "waits for the probe of " + name;
    if (each.probe)
      text += "; the probe is run " + *each.probe;
    else if (each.probes_failed > 0)
      text += "; " + std::to_string(each.probes_failed) + " probes have failed";
    return text;
  }
  return {};
}

} // namespace troupe::supervision
