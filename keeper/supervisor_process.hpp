#pragma once

#include "keeper/channel.hpp"
#include "keeper/children.hpp"
#include "keeper/lease.hpp"
#include "keeper/poller.hpp"
#include "keeper/spawn.hpp"
#include "keeper/verbs.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace troupe::keeper {

/// How patient a keeper is with its supervisor.
struct keeper_pace {
  std::chrono::milliseconds ping{2'000};
  std::chrono::milliseconds patience{10'000}; ///< Without a word it counts as dead.
  std::chrono::milliseconds backoff_min{100};
  std::chrono::milliseconds backoff_max{5'000};
  std::chrono::milliseconds stop{20'000};    ///< From `stop` to `quit`.
  std::chrono::milliseconds farewell{2'000}; ///< From `quit` to its end.
};

/// The supervisor, as its keeper sees it: started, listened to, pinged, and started
/// again with the next epoch when it dies, at once if it had served for a while; the
/// old one is killed and reaped before.
class supervisor_process {
public:
  struct events {
    std::function<void()> begun; ///< Each new one; what is sent now it hears first.
    std::function<void(order)> ordered; ///< Of this epoch; ready and pong are not told.
    std::function<void()> ready;        ///< The first time only.
    std::function<void()> died;
    std::function<void(std::string why)> hopeless; ///< Failed 3 times, never ready.
  };

  supervisor_process(
    poller& waits, children& kids, lease& right, std::vector<std::string> argv);
  ~supervisor_process();
  supervisor_process(const supervisor_process&) = delete;
  supervisor_process& operator=(const supervisor_process&) = delete;

  /// `was_ready`: an earlier keeper's supervisor was; then it is never hopeless.
  void run(keeper_pace pace, bool was_ready, events to);

  /// Told to nobody while there is no supervisor: the next one asks with `list`.
  void send(const report& what, std::span<const int> beside);

  /// It is not started again; its link is closed, and it is killed if it stays.
  void retire(const std::string& reason);

  /// After all: starts one, when there is none.
  void unretire();

  [[nodiscard]] bool lives() const { return process_.pid != 0; }

private:
  static constexpr int failures_max = 3;

  void begin();
  [[nodiscard]] launch prepared(std::uint64_t epoch, int link) const;
  void begun(launched process, descriptor link);
  bool hear(); ///< One block of its orders; whether there may be more.
  void heed(std::string_view line);
  void ping();
  void kill(std::string_view why);
  void flush();
  void on_end(const ending& how);
  void failed(const std::string& why);

  poller& waits_;
  children& kids_;
  lease& lease_;
  std::vector<std::string> argv_;
  descriptor keeper_; ///< pidfd of this process.
  keeper_pace pace_;
  events to_;
  launched process_;
  std::unique_ptr<channel> link_;
  std::uint64_t epoch_ = 0;
  std::uint64_t pings_ = 0;
  poller::clock::time_point last_heard_; ///< A pong waits behind what it ordered.
  poller::timer next_ping_ = 0;
  poller::timer next_start_ = 0;
  poller::timer farewell_ = 0;
  std::chrono::milliseconds backoff_{0};
  int failures_ = 0;
  bool was_ready_ = false;  ///< Ever.
  bool is_ready_ = false;   ///< This one.
  bool has_served_ = false; ///< It answered a ping since: not one that dies at once.
  bool retired_ = false;
};

} // namespace troupe::keeper
