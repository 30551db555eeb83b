#include "actors/roll.hpp"

#include <algorithm>

namespace troupe {

namespace {

constexpr int depth_max = 64;

bool fits(const run_brief& run, const list_runs& question) {
  return (!question.status || run.status == *question.status) &&
         (!question.backend || run.backend == *question.backend) &&
         is_at(run, question.cwd);
}

tl::unexpected<error> no_such_run(const std::string& word) {
  return fail(
    errc::not_found, "no such run: " + word + "; list_runs shows which there are");
}

} // namespace

bool is_at(const run_brief& run, const std::optional<std::string>& cwd) {
  return !cwd || run.cwd == *cwd || run.origin == *cwd;
}

void roll::put(run_brief brief) {
  auto& entry = runs_[brief.run_id];
  if (is_final(entry.status) && !is_final(brief.status) && !entry.run_id.empty())
    return;
  entry = std::move(brief);
}

const run_brief* roll::find(const std::string& run_id) const {
  const auto it = runs_.find(run_id);
  return it == runs_.end() ? nullptr : &it->second;
}

bool roll::may_see(const caller& who, const run_brief& run) const {
  if (!who.run_id)
    return true;
  auto parent = run.parent_run_id;
  for (int steps = 0; parent && steps < depth_max; ++steps) {
    if (*parent == *who.run_id)
      return true;
    const auto* above = find(*parent);
    parent = above ? above->parent_run_id : std::nullopt;
  }
  return false;
}

const run_brief* roll::by_name(
  const caller& who,
  const std::string& name,
  const std::optional<std::string>& cwd) const {
  const run_brief* newest = nullptr;
  for (auto at = runs_.rbegin(); at != runs_.rend(); ++at) {
    const auto& run = at->second;
    if (run.agent_name != name || !is_at(run, cwd) || !may_see(who, run))
      continue;
    if (!is_final(run.status))
      return &run;
    newest = newest ? newest : &run;
  }
  return newest;
}

result<const run_brief*> roll::resolve(
  const caller& who,
  const std::optional<std::string>& run_id,
  const std::optional<std::string>& agent_name,
  const std::optional<std::string>& cwd) const {
  if (!run_id && !agent_name)
    return fail(errc::invalid_argument, "run_id: give run_id or agent_name");
  if (!run_id) {
    const auto* found = by_name(who, *agent_name, cwd);
    if (!found)
      return no_such_run(*agent_name);
    return found;
  }
  const run_brief* found = nullptr;
  if (run_id->size() >= prefix_length_min)
    for (auto it = runs_.lower_bound(*run_id);
         it != runs_.end() && it->first.starts_with(*run_id);
         ++it) {
      if (!may_see(who, it->second))
        continue;
      if (found)
        return fail(
          errc::invalid_argument,
          "run_id: more than one run begins with " + *run_id + "; give more of it");
      found = &it->second;
      if (it->first == *run_id)
        break;
    }
  if (!found)
    return no_such_run(*run_id);
  return found;
}

result<const run_brief*>
roll::resolve_word(const caller& who, const std::string& word) const {
  auto found = resolve(who, word, {}, {});
  if (found || found.error().code != errc::not_found)
    return found;
  return resolve(who, {}, word, {});
}

result<run_page> roll::list(const caller& who, const list_runs& question) const {
  run_page page{.runs = {}, .next_cursor = {}};
  bool after_cursor = !question.cursor;
  if (question.cursor && !runs_.contains(*question.cursor))
    return fail(errc::invalid_argument, "cursor: not from a page of list_runs");
  for (auto at = runs_.rbegin(); at != runs_.rend(); ++at) {
    const auto& run = at->second;
    if (fits(run, question) && may_see(who, run)) {
      ++page.total;
      if (after_cursor && page.runs.size() < question.limit)
        page.runs.push_back(run);
      else if (after_cursor && !page.next_cursor)
        page.next_cursor = page.runs.back().run_id;
    }
    after_cursor = after_cursor || at->first == *question.cursor;
  }
  return page;
}

session_page roll::sessions(const caller& who, const list_sessions& question) const {
  session_page page;
  std::map<std::string, std::size_t> places; ///< In the page; beyond it, of no use.
  for (auto at = runs_.rbegin(); at != runs_.rend(); ++at) {
    const auto& run = at->second;
    const bool wanted = !question.session_id || run.session_id == *question.session_id;
    if (!wanted || !may_see(who, run))
      continue;
    const auto [place, fresh] = places.try_emplace(run.session_id, places.size());
    if (fresh && place->second < question.limit)
      page.sessions.push_back(
        {run.session_id,
         run.agent_name,
         run.backend,
         run.cwd,
         run.status,
         run.updated_at,
         run.summary,
         {}});
    if (place->second < question.limit)
      page.sessions[place->second].run_ids.push_back(run.run_id);
  }
  page.total = places.size();
  return page;
}

} // namespace troupe
