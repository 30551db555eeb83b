#include <utility>

#include "actors/io_room.hpp"

#include "io/clients.hpp"
#include "io/estate.hpp"
#include "io/keeper_link.hpp"
#include "io/loop.hpp"
#include "io/tails.hpp"
#include "io/timers.hpp"

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <random>

namespace troupe {

namespace {

/// False if it does not live any more.
template <class Message>
bool tell(const caf::actor_addr& who, Message&& message) {
  const auto strong = caf::actor_cast<caf::actor>(who);
  if (strong)
    caf::anon_send(strong, std::forward<Message>(message));
  return static_cast<bool>(strong);
}

bool ends(const keeper::report& what) {
  return std::holds_alternative<keeper::exited_report>(what) ||
         std::holds_alternative<keeper::gone_report>(what);
}

bool concerns_runs(const keeper::report& what) {
  return std::holds_alternative<keeper::spawned_report>(what) ||
         std::holds_alternative<keeper::gone_report>(what);
}

std::optional<keeper::attempt_key> key_of(const keeper::report& what) {
  return std::visit(
    []<class T>(const T& report) -> std::optional<keeper::attempt_key> {
      if constexpr (requires { report.key; })
        return report.key;
      else
        return {};
    },
    what);
}

} // namespace

struct io_room::parts {
  int link = -1;
  int listener = -1;
  std::uint64_t epoch = 0;
  listeners to;
  std::mutex watch_lock;
  std::map<keeper::attempt_key, caf::actor_addr> watchers;
  /// How attempts ended that nobody watched then, for who watches them next.
  std::map<keeper::attempt_key, std::vector<keeper::report>> unseen;
  std::mutex dice_lock;
  std::mt19937_64 dice{std::random_device{}()};
  io::loop loop;
  io::timers timers{loop};
  io::tails tails{loop};
  io::estate estate;
  std::optional<io::keeper_link> keeper;
  std::optional<io::clients> clients;      ///< Made on the loop's thread …
  std::atomic<io::clients*> door{nullptr}; ///< … and found by all others here.
  std::optional<io_room::http_side> http;
  std::optional<io::http_door> http_clients;
  std::atomic<io::http_door*> http_door{nullptr};

  void heard(keeper::report what, std::vector<keeper::descriptor> beside) {
    estate.note(what, std::move(beside));
    if (!tell_watcher(what) || concerns_runs(what))
      caf::anon_send(to.runs, kept_news{.what = std::move(what)});
  }

  bool tell_watcher(const keeper::report& what) {
    const auto key = key_of(what);
    if (!key)
      return false;
    const std::scoped_lock lock(watch_lock);
    const auto it = watchers.find(*key);
    const bool told = it != watchers.end() && tell(it->second, kept_news{.what = what});
    if (!told && ends(what))
      unseen[*key].push_back(what);
    return told;
  }

  io::http_events http_events() {
    return {
      .admit = http->admit,
      .asked =
        [this](exchange_id by, http_request request) {
          caf::anon_send(to.http, http_asked{.by = by, .request = std::move(request)});
        },
      .left =
        [this](exchange_id which) {
          caf::anon_send(to.http, http_left{.which = which});
        }};
  }

  void open_http() {
    if (http && !http_clients)
      http_door = &http_clients.emplace(
        loop, http->listener, http->limits, http->tls, http_events());
  }

  io::client_events client_events() {
    return {
      .joined =
        [this](io::client_id who, io::peer peer) {
          caf::anon_send(
            to.gateway,
            client_joined{
              .client = who,
              .pid = peer.pid,
              .cgroup = std::move(peer.cgroup),
              .ancestors = std::move(peer.ancestors)});
        },
      .said =
        [this](io::client_id who, std::string line, bool cut) {
          caf::anon_send(
            to.gateway,
            client_said{.client = who, .line = std::move(line), .cut = cut});
        },
      .left =
        [this](io::client_id who, std::string why) {
          caf::anon_send(to.gateway, client_left{.client = who, .why = std::move(why)});
        }};
  }
};

io_room::io_room(
  int keeper_link, int listener, std::uint64_t epoch, std::optional<http_side> http)
  : parts_(std::make_unique<parts>()) {
  parts_->http = std::move(http);
  parts_->link = keeper_link;
  parts_->listener = listener;
  parts_->epoch = epoch;
}

io_room::~io_room() {
  stop();
}

void io_room::start() {
  auto* p = parts_.get();
  p->keeper.emplace(
    p->loop,
    p->link,
    p->epoch,
    io::keeper_link::events{
      .reported =
        [p](keeper::report what, std::vector<keeper::descriptor> beside) {
          p->heard(std::move(what), std::move(beside));
        },
      .lost = [p](const std::string&) { p->to.keeper_lost(p->estate.dismissed()); }});
}

void io_room::serve(listeners to) {
  parts_->to = std::move(to);
  parts_->loop.start();
}

error io_room::succeed_keeper(int lock, int listener) {
  error why;
  parts_->loop.perform([&] { why = parts_->estate.succeed(lock, listener); });
  return why;
}

void io_room::stop() {
  parts_->loop.stop();
}

supervision::moment io_room::now() const {
  using namespace std::chrono;
  return duration_cast<milliseconds>(steady_clock::now().time_since_epoch());
}

timestamp io_room::wall() const {
  return wall_now();
}

double io_room::dice() {
  const std::scoped_lock lock(parts_->dice_lock);
  return std::uniform_real_distribution<double>(0, 1)(parts_->dice);
}

void io_room::wake_after(
  std::chrono::milliseconds delay, caf::actor_addr who, std::uint64_t token) {
  const auto owner = who.id();
  parts_->timers.after(
    delay,
    [who = std::move(who), token] { tell(who, troupe::wake{.token = token}); },
    owner);
}

void io_room::wake_no_more(const caf::actor_addr& who) {
  parts_->timers.forget(who.id());
}

void io_room::watch(const keeper::attempt_key& key, caf::actor_addr who) {
  const std::scoped_lock lock(parts_->watch_lock);
  if (const auto missed = parts_->unseen.extract(key))
    for (const auto& what : missed.mapped())
      tell(who, kept_news{.what = what});
  parts_->watchers[key] = std::move(who);
}

void io_room::unwatch(const keeper::attempt_key& key) {
  const std::scoped_lock lock(parts_->watch_lock);
  parts_->watchers.erase(key);
  parts_->unseen.erase(key);
}

void io_room::order(keeper::order what) {
  if (const auto* forgotten = std::get_if<keeper::forget_order>(&what)) {
    const std::scoped_lock lock(parts_->watch_lock);
    parts_->unseen.erase(forgotten->key);
    parts_->loop.post(
      [p = parts_.get(), key = forgotten->key] { p->estate.forget(key); });
  }
  parts_->keeper->send(std::move(what));
}

std::uint64_t
io_room::follow(std::string path, std::uint64_t offset, caf::actor_addr who) {
  // Set before anybody can grant, so before the first chunk.
  const auto id = std::make_shared<std::uint64_t>(0);
  *id = parts_->tails.follow(
    std::move(path), offset, [who = std::move(who), id](io::tail_chunk chunk) {
      tell(
        who,
        transcript_chunk{
          .tail = *id,
          .offset = chunk.offset,
          .bytes = std::move(chunk.bytes),
          .shrunk = chunk.shrunk,
          .free_bytes = chunk.free_bytes,
          .in_hand = std::move(chunk.in_hand)});
    });
  return *id;
}

void io_room::grant(std::uint64_t tail) {
  parts_->tails.grant(tail);
}
void io_room::drain(std::uint64_t tail) {
  parts_->tails.drain(tail);
}
void io_room::forget(std::uint64_t tail) {
  parts_->tails.forget(tail);
}

void io_room::open_doors() {
  auto* p = parts_.get();
  p->loop.post([p] {
    if (!p->clients)
      p->door = &p->clients.emplace(p->loop, p->listener, p->client_events());
    p->open_http();
  });
  order(keeper::ready_order{.version = TROUPE_VERSION});
}

void io_room::say(std::uint64_t client, std::string line, std::string about) {
  if (client >= http_client_min)
    caf::anon_send(
      parts_->to.http,
      client_told{
        .client = client, .line = std::move(line), .about = std::move(about)});
  else if (auto* door = parts_->door.load())
    door->send(client, std::move(line));
}

/// Over HTTP the next request waits for the answer.
void io_room::acknowledge(std::uint64_t client, int lines) {
  if (client >= http_client_min)
    return;
  if (auto* door = parts_->door.load())
    door->acknowledge(client, lines);
}

void io_room::hang_up(std::uint64_t client) {
  if (client >= http_client_min)
    caf::anon_send(parts_->to.http, client_dropped{.client = client});
  else if (auto* door = parts_->door.load())
    door->close(client);
}

void io_room::answer(exchange_id to, http_answer what) {
  if (auto* door = parts_->http_door.load())
    door->answer(to, std::move(what));
}
void io_room::open(exchange_id to, http_fields fields) {
  if (auto* door = parts_->http_door.load())
    door->open(to, std::move(fields));
}
void io_room::stream(exchange_id to, std::string events) {
  if (auto* door = parts_->http_door.load())
    door->stream(to, std::move(events));
}
void io_room::end(exchange_id to) {
  if (auto* door = parts_->http_door.load())
    door->end(to);
}

} // namespace troupe
