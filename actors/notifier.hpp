#pragma once

#include "actors/interfaces.hpp"
#include "actors/room.hpp"
#include "store/layout.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <string>

namespace troupe {

struct notifier_setup {
  room* world = nullptr;
  store::layout disk;
  journal_actor journal;
};

/// Tells people what they want to be told, by their own commands. Each try is a process
/// of the keeper's, like an attempt of a run, so that nothing of it is left when it
/// ends, whoever dies. At least once: a notice is on disk until its command has
/// succeeded, or failed three times. At most 8 run at once, each until its deadline.
class notifier_state {
public:
  static inline const char* name = "notifier";

  static constexpr std::size_t at_once_max = 8;
  static constexpr std::size_t waiting_max = 1000;
  static constexpr std::uint32_t tries_max = 3;

  explicit notifier_state(notifier_actor::pointer self) : self_(self) {}

  void start(notifier_setup setup) { setup_ = std::move(setup); }

  /// The keeper has been rid of what a predecessor of ours had begun: go on with it.
  void open();
  void take(new_notice what);
  void news(const kept_news& what);
  void wake(std::uint64_t fired);

private:
  struct job {
    new_notice what;
    std::uint64_t timer = 0; ///< Token of what it waits for; 0: it waits in the queue.
    bool running = false;
    bool succeeded = false;
    std::string failure;
  };

  void begin_next();
  void begin(const std::string& id);
  void spawn(const std::string& id);
  void over(const std::string& id);
  void give_up(const job& of);
  void drop(const store::notice_record& notice);
  std::uint64_t arm(std::chrono::milliseconds after, const std::string& id);
  [[nodiscard]] static keeper::attempt_key key_of(const job& of);
  [[nodiscard]] job* about(const keeper::attempt_key& key);

  notifier_actor::pointer self_;
  notifier_setup setup_;
  std::map<std::string, job> jobs_; ///< By their id at the keeper without the try.
  std::deque<std::string> queue_;
  std::map<std::uint64_t, std::string> timers_;
  std::uint64_t next_token_ = 0;
  std::size_t running_ = 0;
  bool open_ = false;
};

notifier_actor::behavior_type
notifier(notifier_actor::stateful_pointer<notifier_state> self, notifier_setup setup);

} // namespace troupe
