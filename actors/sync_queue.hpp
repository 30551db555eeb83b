#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace troupe {

/// What is written and not on the disk yet, and who waits for it. There are two lanes,
/// each with one batch under way at a time, so that who waits never stands behind what
/// nobody waits for: that goes when a tick has found it. A value without actors, clock
/// or files; the JOURNAL keeps one.
class sync_queue {
public:
  using ticket = std::uint64_t;
  enum class lane : std::uint8_t { awaited, grouped };

  /// How many paths one batch has at most, unless a single wait has more.
  static constexpr std::size_t batch_max = 512;

  /// Written: due after the next tick. What was written while a batch that has it is
  /// under way is due again.
  void wrote(std::string path);

  /// Due at once: an answer is owed when all of it is on the disk. The ticket comes
  /// back then.
  void owe(ticket who, std::set<std::string> paths);

  /// Whether a tick is wanted that nobody has been asked for yet.
  [[nodiscard]] bool wants_tick();
  void tick();

  /// The lane's next batch; empty while one is under way or nothing is due.
  [[nodiscard]] std::vector<std::string> next(lane which);

  struct outcome {
    ticket who = 0;
    std::optional<std::string> failure;
  };

  /// The lane's batch is over; `failed` says why for each path of it that is not on the
  /// disk. What nobody waited for is not tried again: its pages are given up, and a
  /// second attempt would succeed without them.
  [[nodiscard]] std::vector<outcome>
  settle(lane which, const std::map<std::string, std::string>& failed);

  /// What is under way now, in case nobody can say what became of it.
  [[nodiscard]] const std::vector<std::string>& under_way(lane which) const {
    return batches_.at(static_cast<std::size_t>(which));
  }

private:
  struct waiter {
    ticket who = 0;
    std::set<std::string> paths;
  };

  [[nodiscard]] std::set<std::string> take_waiters();
  [[nodiscard]] std::set<std::string> take_due();

  std::set<std::string> fresh_; ///< Since the last tick.
  std::set<std::string> due_;
  std::deque<waiter> waiting_;
  std::vector<waiter> served_; ///< By the batch under way.
  std::array<std::vector<std::string>, 2> batches_;
  bool ticking_ = false;
};

} // namespace troupe
