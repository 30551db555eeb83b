#pragma once

#include "keeper/hold.hpp"
#include "keeper/tree.hpp"

namespace troupe::keeper {

/// A tree below a hold. Its members are the descendants of that process; it is proved
/// empty when the hold ends with code 0. If the hold is killed, its orphans come up to
/// the keeper as strangers; then all strangers are ended, and the tree is proved empty
/// when there are none left.
class subtree final : public tree {
public:
  subtree(const ground& on, events to);
  ~subtree() override;

  void start(launch what) override;
  [[nodiscard]] tier proof() const override { return tier::subtree; }
  [[nodiscard]] int root_pid() const override { return hold_.pid; }
  [[nodiscard]] bool alive() const override;
  void freeze(bool frozen) override;
  void kill() override;
  [[nodiscard]] memory_use memory() const override { return {}; }
  [[nodiscard]] tree_use use() const override;

private:
  bool start_hold(int socket, int job);
  void hear();
  void heed(const hold_word& word, descriptor pidfd);
  void started(int pid, descriptor pidfd);
  void on_main(const ending& how, bool alone);
  void on_hold(const ending& how);
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
  int main_ = 0;          ///< The agent, while its end is not known.
};

} // namespace troupe::keeper
