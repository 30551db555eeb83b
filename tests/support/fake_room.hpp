#pragma once

#include "actors/messages.hpp"
#include "actors/room.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace troupe::test {

/// The outside world with its clock in hand: nothing happens until a test says so, and
/// everything the actors asked for can be looked at. One thread.
class fake_room : public room {
public:
  /// A transcript someone follows. Chunks wait here until they are granted.
  struct tail {
    std::string path;
    std::uint64_t offset = 0;
    caf::actor_addr who;
    int credit = 0;
    std::deque<transcript_chunk> waiting;
  };

  std::map<std::uint64_t, std::vector<std::string>> said;       ///< Lines by client.
  std::map<std::uint64_t, std::vector<std::string>> said_about; ///< Of those lines.
  std::map<std::uint64_t, int> acknowledged;
  std::set<std::uint64_t> hung_up;
  int doors_opened = 0;
  std::vector<keeper::order> orders;
  std::map<keeper::attempt_key, caf::actor_addr> watchers;
  std::map<std::uint64_t, tail> tails;
  double next_dice = 0.5;
  std::uint64_t disk_free = 1ULL << 40; ///< Under every transcript.
  std::optional<keeper::tree_use> use = keeper::tree_use{};

  /// Starts at an arbitrary moment, so that nobody can rely on zero.
  [[nodiscard]] supervision::moment now() const override { return now_; }
  [[nodiscard]] timestamp wall() const override {
    return {1'795'000'000'000 + now_.count()};
  }
  [[nodiscard]] double dice() override { return next_dice; }

  void wake_after(
    std::chrono::milliseconds delay,
    caf::actor_addr who,
    std::uint64_t token) override {
    timers_.emplace(now_ + delay, timer{std::move(who), token});
  }

  void wake_no_more(const caf::actor_addr& who) override {
    std::erase_if(timers_, [&](const auto& each) { return each.second.who == who; });
  }
  void watch(const keeper::attempt_key& key, caf::actor_addr who) override {
    watchers[key] = std::move(who);
  }
  void unwatch(const keeper::attempt_key& key) override { watchers.erase(key); }
  /// Samples are answered at once, with `use`, if there is one.
  void order(keeper::order what) override {
    if (const auto* asked = std::get_if<keeper::sample_order>(&what); asked && use)
      tell(asked->key, keeper::sampled_report{asked->key, *use});
    orders.push_back(std::move(what));
  }

  [[nodiscard]] std::uint64_t
  follow(std::string path, std::uint64_t offset, caf::actor_addr who) override {
    const auto id = next_tail_++;
    tails.emplace(id, tail{std::move(path), offset, std::move(who), 0, {}});
    return id;
  }
  void grant(std::uint64_t id) override {
    if (const auto it = tails.find(id); it != tails.end()) {
      ++it->second.credit;
      flow(it->second);
    }
  }
  void drain(std::uint64_t id) override {
    const auto it = tails.find(id);
    if (it == tails.end())
      return;
    auto& t = it->second;
    if (t.waiting.empty())
      t.waiting.push_back(chunk_of(id, t, {}));
    t.credit = std::max(t.credit, 1);
    flow(t);
  }
  void forget(std::uint64_t id) override { tails.erase(id); }

  void open_doors() override { ++doors_opened; }

  void say(std::uint64_t client, std::string line, std::string about) override {
    said[client].push_back(std::move(line));
    said_about[client].push_back(std::move(about));
  }
  void acknowledge(std::uint64_t client, int lines) override {
    acknowledged[client] += lines;
  }
  void hang_up(std::uint64_t client) override { hung_up.insert(client); }

  /// The keeper tells whoever watches the attempt; false if nobody does.
  bool tell(const keeper::attempt_key& key, keeper::report what) {
    const auto it = watchers.find(key);
    return it != watchers.end() && send(it->second, kept_news{{}, std::move(what)});
  }

  /// The transcript grew by these bytes.
  void feed(std::uint64_t id, std::string bytes) {
    const auto it = tails.find(id);
    if (it == tails.end())
      return;
    auto& t = it->second;
    t.waiting.push_back(chunk_of(id, t, std::move(bytes)));
    t.offset += t.waiting.back().bytes.size();
    flow(t);
  }

  /// When the next timer is due.
  [[nodiscard]] std::optional<supervision::moment> next_due() const {
    if (timers_.empty())
      return {};
    return timers_.begin()->first;
  }

  /// Moves the clock and sends the wakes that fall due by then.
  void move_to(supervision::moment at) {
    now_ = std::max(now_, at);
    while (!timers_.empty() && timers_.begin()->first <= now_) {
      const auto due = timers_.extract(timers_.begin()).mapped();
      wake w;
      w.token = due.token;
      send(due.who, w);
    }
  }

private:
  struct timer {
    caf::actor_addr who;
    std::uint64_t token;
  };

  template <class T>
  static bool send(const caf::actor_addr& who, T message) {
    const auto handle = caf::actor_cast<caf::actor>(who);
    if (handle)
      caf::anon_send(handle, std::move(message));
    return static_cast<bool>(handle);
  }

  [[nodiscard]] transcript_chunk
  chunk_of(std::uint64_t id, const tail& t, std::string bytes) const {
    transcript_chunk chunk;
    chunk.tail = id;
    chunk.offset = t.offset;
    chunk.bytes = std::move(bytes);
    chunk.free_bytes = disk_free;
    return chunk;
  }

  static void flow(tail& t) {
    while (!t.waiting.empty() && t.credit > 0) {
      --t.credit;
      send(t.who, std::move(t.waiting.front()));
      t.waiting.pop_front();
    }
  }

  supervision::moment now_{1'000'000};
  std::multimap<supervision::moment, timer> timers_;
  std::uint64_t next_tail_ = 1;
};

} // namespace troupe::test
