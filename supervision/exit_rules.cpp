#include "supervision/exit_rules.hpp"

#include <utility>

namespace troupe::supervision {

namespace {

struct rule_row {
  exit_kind kind;
  exit_rule rule;
  std::string_view advice;
};

using enum exit_kind;

constexpr auto rules = std::to_array<rule_row>({
  {completed, exit_rule::done, ""},
  {crashed,
   exit_rule::restart,
   "Read the end of its error output, then start the run again."},
  {protocol_error,
   exit_rule::restart,
   "Check that the agent's version fits this backend, then start the run again."},
  {lost, exit_rule::restart, "Look at what it left behind, then continue the run."},
  {hung,
   exit_rule::restart,
   "Continue the run, with a longer limits.idle_s if it needs to be silent for long."},
  {timeout,
   exit_rule::restart,
   "Continue the run with a longer limits.tool_s, limits.turn_s or limits.wall_s, or "
   "ask "
   "for less."},
  {oom,
   exit_rule::restart_once,
   "Raise limits.memory_mb or ask for less at a time, then continue the run."},
  {overloaded, exit_rule::restart_late, "Continue the run later."},
  {rate_limited,
   exit_rule::wait_until,
   "Continue the run when the usage limit has ended, or with another account."},
  {agent_error,
   exit_rule::fail,
   "Read what the agent said, change the request, then start a new run."},
  {spawn_failed,
   exit_rule::fail,
   "Check that the command exists and cwd is a directory, then start the run again."},
  {auth, exit_rule::fail, "Log the agent in on this machine, then continue the run."},
  {budget,
   exit_rule::fail,
   "Continue the run, which begins a budget of its own, or start one with a larger."},
  {exit_kind::output,
   exit_rule::fail,
   "Raise limits.output_mb or ask for less output, then continue the run."},
  {disk, exit_rule::wait_for_room, "Free disk space, then continue the run."},
  {cancelled, exit_rule::never, ""},
  {exit_kind::shutdown, exit_rule::never, "Continue the run if it is still wanted."},
});

constexpr bool one_row_a_reason() {
  for (std::size_t i = 0; i < rules.size(); ++i)
    if (rules[i].kind != static_cast<exit_kind>(i))
      return false;
  return rules.size() == names(exit_kind{}).size();
}

static_assert(one_row_a_reason());

const rule_row& row_of(exit_kind kind) {
  return rules[static_cast<std::size_t>(kind)];
}

bool by_order(const end_facts& facts) {
  return facts.ended_by_us == cancelled || facts.ended_by_us == exit_kind::shutdown;
}

exit_reason with(const end_facts& facts, exit_kind kind, std::string detail) {
  auto why = facts.by_protocol;
  why.reason = kind;
  why.until.reset();
  why.detail = std::move(detail);
  return why;
}

void append_detail(exit_reason& why, std::string_view text) {
  why.detail.append(why.detail.empty() ? "" : "; ").append(text);
}

} // namespace

exit_rule rule_of(exit_kind kind) {
  return row_of(kind).rule;
}

exit_rule rule_of(exit_override instead) {
  switch (instead) {
  case exit_override::restart:
    return exit_rule::restart;
  case exit_override::restart_once:
    return exit_rule::restart_once;
  case exit_override::restart_late:
    return exit_rule::restart_late;
  case exit_override::park:
    return exit_rule::wait_until;
  case exit_override::fail:
    break;
  }
  return exit_rule::fail;
}

std::string_view advice(exit_kind kind) {
  return row_of(kind).advice;
}

std::string_view meaning(exit_rule rule) {
  switch (rule) {
  case exit_rule::done:
    return "nothing to do";
  case exit_rule::restart:
    return "restarted after a back-off, within the intensity";
  case exit_rule::restart_once:
    return "restarted once with a notice, then failed";
  case exit_rule::restart_late:
    return "restarted after a long back-off (30 s, growing to 10 min)";
  case exit_rule::wait_until:
    return "parked until the limit ends (5 min if that is not known), then restarted";
  case exit_rule::wait_for_room:
    return "parked until the disk has room, then restarted";
  case exit_rule::fail:
    return "failed at once, with what to do";
  case exit_rule::never:
    return "ended, whatever the policy says";
  }
  return {};
}

std::string describe(const exit_reason& why) {
  std::string text(names(exit_kind{})[static_cast<std::size_t>(why.reason)]);
  if (why.signal)
    return text + " (signal " + std::to_string(*why.signal) + ")";
  if (why.reason == crashed && why.code)
    return text + " (code " + std::to_string(*why.code) + ")";
  return text;
}

exit_reason classify(const end_facts& facts) {
  if (by_order(facts))
    return with(facts, *facts.ended_by_us, facts.detail);
  const bool cut_short = facts.ended_by_us && facts.by_protocol.reason == agent_error;
  if (facts.result_seen && !cut_short)
    return facts.by_protocol;
  if (facts.refusal)
    return with(facts, spawn_failed, *facts.refusal);
  if (facts.ended_by_us)
    return with(facts, *facts.ended_by_us, facts.detail);
  if (facts.oom == "proved")
    return with(facts, oom, "its process tree ran out of memory");
  if (!facts.status_known && facts.by_protocol.reason == crashed)
    return with(facts, lost, "it ended while nobody could watch");
  auto why = facts.by_protocol;
  if (facts.oom)
    append_detail(why, "perhaps killed for memory");
  return why;
}

} // namespace troupe::supervision
