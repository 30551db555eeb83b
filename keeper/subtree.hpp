#pragma once

#include "keeper/hold.hpp"
#include "keeper/orphan.hpp"
#include "keeper/tree.hpp"

namespace troupe::keeper {

/// A tree below a hold. Its members are the descendants of that process; it is proved
/// empty when the hold ends with code 0. If the hold is killed, its orphans come up to
/// the keeper as strangers; then all strangers are ended, and the tree is proved empty
/// when there are none left. A hold that an earlier keeper started leaves its orphans
/// to others: then those that carry the run's mark are ended, and nothing is proved.
class subtree final : public tree {
public:
  subtree(const ground& on, events to);
  ~subtree() override;

  void start(launch what) override;
  void resume(planted what);
  [[nodiscard]] tier proof() const override;
  [[nodiscard]] int root_pid() const override { return hold_.pid; }
  [[nodiscard]] bool alive() const override;
  void freeze(bool frozen) override;
  void kill() override;
  [[nodiscard]] memory_use memory() const override { return {}; }
  [[nodiscard]] tree_use use() const override;
  void describe(bequest& left, std::vector<int>& descriptors) const override;

private:
  void expect_hold();
  bool start_hold(int socket, int job);
  void hear();
  void heed(const hold_word& word, descriptor pidfd);
  void started(int pid, descriptor pidfd);
  void on_main(const ending& how, bool alone);
  void on_hold(const ending& how);
  void on_foreign_hold(const ending& how);
  void main_is_dead();
  [[nodiscard]] bool escapes() const { return foreign_ && broken_; }
  [[nodiscard]] std::vector<int> escaped() const;
  void wake_hold() const;
  [[nodiscard]] std::vector<int> roots() const;
  [[nodiscard]] int parent() const;

  const ground& on_;
  events to_;
  launch what_;
  descriptor socket_;
  launched hold_;
  bool hold_lives_ = false;
  bool broken_ = false;
  bool answered_ = false; ///< started or refused was said.
  bool emptied_ = false;  ///< Said, too: the proof where its status is not told.
  bool foreign_ = false;  ///< An earlier keeper started it.
  std::string run_id_;    ///< If foreign.
  std::optional<orphan> hold_end_;
  std::optional<orphan> main_end_;
  poller::timer main_due_ = 0;
  int main_ = 0; ///< The agent, while its end is not known.
};

} // namespace troupe::keeper
