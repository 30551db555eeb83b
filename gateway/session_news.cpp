#include "gateway/session.hpp"

#include <algorithm>

/// A SESSION tells its client of changes: at once, then at most four times a second.
namespace troupe::mcp {

/// Has the REGISTRY tell of what the client listens to now.
void session_state::watch() {
  const auto& listening = conversation_->listening();
  const auto uris = listening.watched();
  const bool lists = conversation_->tells_of(changing_list::resources);
  const bool same = std::ranges::equal(
    uris, watched_, {}, {}, [](const auto& entry) { return entry.first; });
  if (same && lists == watches_lists_)
    return;
  watched_.clear();
  watches_lists_ = lists;
  watch_runs what{.who = shared_who_, .lists = lists};
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
  if (!news_paused_)
    tell_news();
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
