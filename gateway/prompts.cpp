#include "gateway/prompts.hpp"

#include "gateway/resources.hpp"

namespace troupe::mcp {

namespace {

using given_arguments = std::map<std::string, std::string>;

std::string given(const given_arguments& all, const char* name, std::string otherwise) {
  const auto it = all.find(name);
  return it == all.end() || it->second.empty() ? std::move(otherwise) : it->second;
}

json said(std::string text) {
  return {{"role", "user"}, {"content", {{"type", "text"}, {"text", std::move(text)}}}};
}

json shown_along(json contents) {
  return {
    {"role", "user"},
    {"content", {{"type", "resource"}, {"resource", std::move(contents)}}}};
}

std::string to_coordinate(const given_arguments& all) {
  const auto cwd = given(all, "cwd", "");
  return "Have this done by agents that work in parallel:\n\n" +
         given(all, "task", "") +
         "\n\nFirst split it into parts that need nothing of each other, as many as "
         "are "
         "worth an agent of their own, and say in a line each who gets what. Then "
         "start "
         "one run for each with spawn_run (backend " +
         given(all, "backend", "claude_code") + (cwd.empty() ? "" : ", cwd " + cwd) +
         "); where they change the same repository, with isolation \"worktree\". Give "
         "each a prompt that says what it is to do, what it must leave alone, and when "
         "it is done. Wait with wait_runs until \"attention\"; while satisfied is "
         "false "
         "call it again. Answer a pending request with continue_run only as I would, "
         "else ask me. When all have ended, read each result with get_run, check that "
         "the parts fit together, and tell me what was done, what was not, and where "
         "it is. Cancel nothing unless I say so.";
}

std::string to_review(const given_arguments& all) {
  const auto focus = given(all, "focus", "");
  return "Review what the run " + given(all, "run", "") +
         " did; how it ended is shown above. See what it changed with get_diff if it "
         "worked in a worktree, else in the files it names, and what it did with "
         "poll_events. Do not trust its own summary: check what it claims against the "
         "changes. " +
         (focus.empty() ? "" : "Look at this before all else: " + focus + ". ") +
         "Tell me first whether I should take it, then each fault by file and line "
         "with what to do about it, worst first. Change nothing.";
}

std::string to_diagnose(const given_arguments& all) {
  return "Find out why the run " + given(all, "run", "") +
         " did not do what it was asked. How it is and its last lines are shown above. "
         "Look at the reason of each attempt's end and restart (why, if you have it, "
         "else get_run), and at the events around the first thing that went wrong "
         "(poll_events), not only the last. Tell whether it was the task, the agent, "
         "its permissions, a limit, or the machine, and how you know. Then propose one "
         "next step: continue_run with what to say, a new run with which changes, or "
         "nothing. Do not take it before I agree.";
}

/// Fetches what goes along, one after the other, then says it all.
void along_with(
  const guest& who,
  json messages,
  std::vector<std::string> uris,
  std::string text,
  settle_with reply) {
  if (uris.empty()) {
    messages.push_back(said(std::move(text)));
    return reply(result_fields{{{"messages", std::move(messages)}}});
  }
  const auto uri = uris.front();
  uris.erase(uris.begin());
  fetch(who, uri, [=](tl::expected<json, refusal> found) mutable {
    if (!found)
      return reply(refusal{
        jsonrpc::invalid_params, "arguments.run: " + found.error().text, nullptr});
    messages.push_back(shown_along(std::move(*found)));
    along_with(who, std::move(messages), std::move(uris), std::move(text), reply);
  });
}

} // namespace

const std::vector<prompt>& prompts() {
  static const std::vector<prompt> all{
    {"coordinate",
     "Have agents work in parallel",
     "Splits a task into parts, starts an agent for each, and brings the results "
     "together.",
     {{"task", "What is to be done.", true},
      {"backend", "Which kind of agent; claude_code if absent."},
      {"cwd", "Where they work; the client's directory if absent."}}},
    {"review",
     "Review a run",
     "Checks what a run changed and claims, and says whether to take it.",
     {{"run", "The run, by agent name or run_id.", true},
      {"focus", "What to look at before all else."}}},
    {"diagnose",
     "Diagnose a failed run",
     "Finds out why a run failed or does not get on, and proposes what to do.",
     {{"run", "The run, by agent name or run_id.", true}}},
  };
  return all;
}

void get_prompt(const guest& who, const prompt_get& asked, settle_with reply) {
  const auto& name = asked.which->name;
  if (name == "coordinate")
    return along_with(
      who, json::array(), {}, to_coordinate(asked.arguments), std::move(reply));
  const auto word = given(asked.arguments, "run", "");
  wait_runs named;
  named.run_ids = {word};
  named.wait_ms = 0;
  auto q = who.as;
  q.timeout = std::chrono::seconds(15);
  ask<wait_runs>(
    q,
    &desk::registry,
    std::move(named),
    [who, reply, all = asked.arguments, reviews = name == "review"](
      const result<waited_runs>& seen) {
      if (!seen || seen->runs.empty())
        return reply(refusal{
          jsonrpc::invalid_params,
          "arguments.run: " + (seen ? "no such run" : seen.error().message),
          nullptr});
      const auto uri = uri_of(seen->runs.front().run_id);
      if (reviews)
        return along_with(who, json::array(), {uri + "/result"}, to_review(all), reply);
      along_with(
        who, json::array(), {uri, uri + "/transcript"}, to_diagnose(all), reply);
    });
}

} // namespace troupe::mcp
