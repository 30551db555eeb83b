#include "io/tails.hpp"

#include "io/growing_file.hpp"
#include "io/inotify.hpp"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <unordered_map>

namespace troupe::io {

namespace {

/// Files without news cost a turn nothing but a look.
constexpr int looks_a_turn = 64;

struct tail {
  growing_file file;
  tails::sink to;
  int watch = -1;
  int credits = 0;
  std::uint64_t drains = 0;
  bool queued = false;
};

} // namespace

struct tails::state : std::enable_shared_from_this<state> {
  explicit state(loop& l) : on(l), clock(l.context()) {}

  void listen();
  void close();

  void follow(id which, std::shared_ptr<tail> t);
  void grant(id which);
  void drain(id which);
  void forget(id which);

  void watch(id which, tail& t);
  void changed(int watch, std::string_view name);
  void unwatched(int watch);

  void queue(id which, tail& t);
  void turn();
  void turn_later();
  std::shared_ptr<const void> take_in_hand();
  void let_go();
  bool serve(id which, const std::shared_ptr<tail>& t);
  void sweep_later();
  void sweep();
  void look_at_all();

  loop& on;
  boost::asio::steady_timer clock;
  std::shared_ptr<inotify> hinted;
  std::unordered_map<id, std::shared_ptr<tail>> followed;
  std::multimap<std::pair<int, std::string>, id> watched;
  std::deque<id> waiting;
  int in_hand = 0;
  bool turning = false;
  bool sweeping = false;
  bool over = false;
};

void tails::state::listen() {
  hinted = inotify::open(
    on.context(),
    {.changed = [this](int watch, std::string_view name) { changed(watch, name); },
     .gone = [this](int watch) { unwatched(watch); },
     .overflowed = [this] { look_at_all(); }});
}

void tails::state::close() {
  over = true;
  clock.cancel();
  if (hinted)
    hinted->close();
  watched.clear();
  waiting.clear();
  std::exchange(followed, {}).clear();
}

void tails::state::follow(id which, std::shared_ptr<tail> t) {
  if (over)
    return;
  watch(which, *t);
  followed.emplace(which, std::move(t));
  sweep_later();
}

void tails::state::grant(id which) {
  const auto found = followed.find(which);
  if (found == followed.end())
    return;
  auto& t = *found->second;
  t.credits = std::min(t.credits + 1, grants_max);
  queue(which, t);
}

void tails::state::drain(id which) {
  const auto found = followed.find(which);
  if (found == followed.end())
    return;
  ++found->second->drains;
  queue(which, *found->second);
}

void tails::state::forget(id which) {
  const auto found = followed.find(which);
  if (found == followed.end())
    return;
  const auto t = found->second;
  followed.erase(found);
  if (t->watch < 0)
    return;
  const auto [from, to] = watched.equal_range({t->watch, t->file.name()});
  const auto own =
    std::find_if(from, to, [which](auto& w) { return w.second == which; });
  watched.erase(own);
  hinted->remove(t->watch);
}

void tails::state::watch(id which, tail& t) {
  if (!hinted || t.watch >= 0)
    return;
  t.watch = hinted->add(t.file.directory());
  if (t.watch >= 0)
    watched.emplace(std::pair(t.watch, t.file.name()), which);
}

void tails::state::changed(int watch, std::string_view name) {
  const auto [from, to] = watched.equal_range({watch, std::string(name)});
  for (auto at = from; at != to; ++at)
    queue(at->second, *followed.at(at->second));
}

void tails::state::unwatched(int watch) {
  const auto from = watched.lower_bound({watch, ""});
  const auto to = watched.lower_bound({watch + 1, ""});
  for (auto at = from; at != to; ++at)
    followed.at(at->second)->watch = -1;
  watched.erase(from, to);
}

void tails::state::queue(id which, tail& t) {
  if (t.queued || (t.credits == 0 && t.drains == 0))
    return;
  t.queued = true;
  waiting.push_back(which);
  turn_later();
}

void tails::state::turn() {
  turning = false;
  if (in_hand >= in_hand_max)
    return;
  bool delivered = false;
  for (int looks = 0; !delivered && looks < looks_a_turn && !waiting.empty(); ++looks) {
    const auto which = waiting.front();
    waiting.pop_front();
    const auto found = followed.find(which);
    if (found != followed.end())
      delivered = serve(which, std::shared_ptr(found->second));
  }
  if (!waiting.empty())
    turn_later();
}

void tails::state::turn_later() {
  if (!std::exchange(turning, true))
    on.post([self = shared_from_this()] { self->turn(); });
}

std::shared_ptr<const void> tails::state::take_in_hand() {
  ++in_hand;
  return {this, [weak = weak_from_this()](const void*) {
            if (const auto self = weak.lock())
              self->on.post([self] { self->let_go(); });
          }};
}

void tails::state::let_go() {
  --in_hand;
  if (!waiting.empty())
    turn_later();
}

/// Whether the sink was called.
bool tails::state::serve(id which, const std::shared_ptr<tail>& t) {
  t->queued = false;
  auto got = t->file.read(chunk_bytes_max);
  const bool news = !got.bytes.empty() || got.shrunk;
  const bool drained = t->drains > 0 && !got.unknown;
  if (!news && !drained)
    return false;
  if (drained)
    --t->drains;
  else
    --t->credits;
  if (got.more || t->drains > 0)
    queue(which, *t);
  t->to(
    {got.offset,
     std::move(got.bytes),
     got.shrunk,
     t->file.free_bytes(),
     take_in_hand()});
  return true;
}

void tails::state::sweep_later() {
  if (std::exchange(sweeping, true))
    return;
  clock.expires_after(std::chrono::seconds(1));
  clock.async_wait([self = shared_from_this()](boost::system::error_code) {
    if (!self->over)
      self->sweep();
  });
}

void tails::state::sweep() {
  sweeping = false;
  for (auto& [which, t] : followed)
    watch(which, *t);
  look_at_all();
  if (!followed.empty())
    sweep_later();
}

void tails::state::look_at_all() {
  for (auto& [which, t] : followed)
    queue(which, *t);
}

tails::tails(loop& on, hints from) : state_(std::make_shared<state>(on)) {
  if (from == hints::inotify)
    on.perform([this] { state_->listen(); });
}

tails::~tails() {
  state_->on.perform([this] { state_->close(); });
}

tails::id tails::follow(std::string path, std::uint64_t offset, sink to) {
  const id which = ++last_;
  auto made =
    std::make_shared<tail>(tail{growing_file(std::move(path), offset), std::move(to)});
  state_->on.post([state = state_, which, made = std::move(made)]() mutable {
    state->follow(which, std::move(made));
  });
  return which;
}

void tails::grant(id which) {
  state_->on.post([state = state_, which] { state->grant(which); });
}

void tails::drain(id which) {
  state_->on.post([state = state_, which] { state->drain(which); });
}

void tails::forget(id which) {
  state_->on.post([state = state_, which] { state->forget(which); });
}

} // namespace troupe::io
