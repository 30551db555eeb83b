#include "gateway/session.hpp"

#include <algorithm>

/// A SESSION tells its client of changes: at once, then at most four times a second.
/// A client that asked for a log is told of each change of a run's status.
namespace troupe::mcp {

namespace {

constexpr std::size_t logged_max = 4096;

log_level level_of(run_status status) {
  if (status == run_status::failed)
    return log_level::error;
  if (status == run_status::cancelled)
    return log_level::warning;
  return is_final(status) || wants_attention(status) ? log_level::notice
                                                     : log_level::info;
}

} // namespace

/// Has the REGISTRY tell of what the client listens to now.
void session_state::watch() {
  const auto& listening = conversation_->listening();
  const auto uris = listening.watched();
  const bool lists = conversation_->tells_of(changing_list::resources);
  const bool same = std::ranges::equal(
    uris, watched_, {}, {}, [](const auto& entry) { return entry.first; });
  const bool all = conversation_->logs();
  if (same && lists == watches_lists_ && all == watches_all_)
    return;
  watched_.clear();
  watches_lists_ = lists;
  watches_all_ = all;
  watch_runs what{.who = shared_who_, .all = all, .lists = lists};
  for (const auto& uri : uris) {
    const auto at = read_address(uri);
    if (!at)
      continue;
    watched_.emplace(uri, *at);
    if (at->id.empty() || at->what == address::place::session)
      what.all = true;
    else
      what.run_ids.push_back(at->id);
  }
  self_->send(at_.registry, std::move(what), watcher_actor(self_));
}

void session_state::changed(const run_changed& news) {
  for (const auto& [uri, at] : watched_)
    if (is_changed(at, news.brief))
      changed_.insert(uri);
  list_changed_ = list_changed_ || news.listed;
  log(news.brief);
  if (!news_paused_)
    tell_news();
}

/// The oldest runs are forgotten first; ids sort by time.
void session_state::log(const run_brief& run) {
  if (!conversation_->logs())
    return;
  const auto [known, fresh] = logged_.try_emplace(run.run_id, run.status);
  if (!fresh && std::exchange(known->second, run.status) == run.status)
    return;
  if (logged_.size() > logged_max)
    logged_.erase(logged_.begin());
  json what{
    {"run_id", run.run_id},
    {"agent_name", run.agent_name},
    {"status", to_string(run.status)}};
  if (!run.summary.empty())
    what["summary"] = run.summary;
  obey(conversation_->log(0, level_of(run.status), "runs", std::move(what)));
}

void session_state::tell_news() {
  if (changed_.empty() && !list_changed_)
    return;
  if (std::exchange(list_changed_, false))
    obey(conversation_->changed(changing_list::resources));
  for (const auto& uri : std::exchange(changed_, {}))
    obey(conversation_->changed(uri));
  news_paused_ = true;
  outside_->wake_after(news_period, self_->address(), news_token);
}

} // namespace troupe::mcp
