#pragma once

#include "keeper/input.hpp"
#include "keeper/tree.hpp"
#include "keeper/verbs.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace troupe::keeper {

/// One kept attempt: its transcript files, its stdin, its tree, and what was reported
/// of it. Everything that happens is told at once and kept until the attempt is
/// forgotten.
class attempt {
public:
  /// Descriptors go with a `spawned` report, as its `left` says; they stay the
  /// attempt's.
  using tell = std::function<void(const report&, std::span<const int> beside)>;

  attempt(const ground& on, spawn_order what, tell to);
  ~attempt();
  attempt(const attempt&) = delete;
  attempt& operator=(const attempt&) = delete;

  /// Once. A `spawned` report follows, perhaps before this returns.
  void start();

  /// Instead of start: goes on with what an earlier keeper started. False if its tree
  /// cannot be known any more; then the attempt is of no use.
  [[nodiscard]] bool resume(inheritance::part what);

  /// Of an earlier keeper's, whose tree is proved gone.
  void rest(left_attempt known);

  /// Tells the `spawned` report again, once there is one.
  void repeat() const;

  void write(const write_order& what) { input_->write(what.n, what.line); }
  void close() { input_->close(); }
  void signal_main(int signal);
  void kill_tree();
  void freeze(bool frozen);
  /// Nothing before it runs and after it is gone.
  [[nodiscard]] std::optional<tree_use> use() const;

  [[nodiscard]] bool refused() const { return spawned_ && spawned_->refusal; }
  [[nodiscard]] bool gone() const { return gone_.has_value(); }
  /// Nothing while it is starting, or if it was refused.
  [[nodiscard]] std::optional<kept_attempt> kept() const;
  /// Whether it is known how its start went.
  [[nodiscard]] bool settled() const { return spawned_.has_value(); }
  /// For the next keeper; of one that was started.
  [[nodiscard]] left_attempt leave() const;

private:
  [[nodiscard]] std::optional<std::string> check() const;
  [[nodiscard]] result<descriptor> open_transcript(const char* name) const;
  [[nodiscard]] std::unique_ptr<input> input_on(descriptor pipe, descriptor spool);
  [[nodiscard]] result<launch> prepare();
  [[nodiscard]] result<void> confine(launch& what);
  [[nodiscard]] tree::events tree_events();
  [[nodiscard]] spawned_report report_of_start(std::vector<int>& beside) const;
  void on_started(launched agent);
  void on_refused(std::string why, bool may_pass);
  void on_exited(const ending& how, bool alone);
  [[nodiscard]] std::optional<std::string>
  oom(const ending& how, const memory_use& use) const;
  void look();

  const ground& on_;
  spawn_order what_;
  tell tell_;
  std::array<descriptor, 3> stdio_;
  descriptor ruleset_;
  std::unique_ptr<input> input_;
  std::unique_ptr<tree> tree_;
  std::shared_ptr<const bool> tended_ = std::make_shared<const bool>(true);
  launched main_;
  std::optional<spawned_report> spawned_;
  std::optional<exited_report> exited_;
  std::optional<gone_report> gone_;
  std::optional<std::uint64_t> system_oom_kills_; ///< When it started.
  bool killed_ = false;                           ///< We sent SIGKILL.
  poller::timer next_round_ = 0;
  int rounds_ = 0;
};

/// The end of an attempt as a keeper wrote it down, though nobody may have heard it.
[[nodiscard]] std::optional<exited_report>
written_end(const attempt_key& key, const bequest& left);

/// What is told of a spawn that was refused.
[[nodiscard]] spawned_report
refusal(const attempt_key& key, std::string why, bool retriable);

} // namespace troupe::keeper
