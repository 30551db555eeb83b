#include "keeper/tree.hpp"

#include "keeper/log.hpp"
#include "keeper/orphan.hpp"
#include "keeper/processes.hpp"
#include "keeper/subtree.hpp"

#include <sys/epoll.h>
#include <unistd.h>

namespace troupe::keeper {

namespace {

/// Which limits the kernel holds.
struct held_limits {
  bool memory = false;
  bool processes = false;
};

class cgroup_tree final : public tree {
public:
  cgroup_tree(
    const ground& on, std::unique_ptr<cgroup> group, held_limits held, events to)
    : on_(on), group_(std::move(group)), held_(held), to_(std::move(to)) {}

  ~cgroup_tree() override {
    on_.kids.forget(pid_);
    on_.waits.forget(group_->events());
  }

  void start(launch what) override {
    what.cgroup = group_->directory();
    what.procs = group_->procs();
    auto agent = keeper::start(what);
    if (!agent)
      return to_.refused(explain(agent.error(), what), may_pass(agent.error()));
    pid_ = agent->pid;
    on_.kids.expect(pid_, [this](const ending& how) { on_end(how); });
    watch();
    to_.started(std::move(*agent));
  }

  void resume(const planted& what) {
    watch();
    if (what.exited)
      return;
    const int pid = what.spawned.pid;
    const int pidfd = what.things.at(belonging::process).get();
    const auto tell = [this](const ending& how) { on_end(how); };
    if (is_child(pid, pidfd))
      on_.kids.expect(pid_ = pid, tell);
    else
      main_.emplace(on_.waits, pid, pidfd, tell);
  }

  [[nodiscard]] tier proof() const override { return tier::cgroup; }
  [[nodiscard]] int root_pid() const override { return 0; }
  [[nodiscard]] bool alive() const override { return group_->populated(); }
  void freeze(bool frozen) override { group_->freeze(frozen); }
  void kill() override { group_->kill(); }
  [[nodiscard]] memory_use memory() const override { return group_->memory(); }
  [[nodiscard]] bool memory_limited() const override { return held_.memory; }
  [[nodiscard]] bool processes_limited() const override { return held_.processes; }
  [[nodiscard]] std::optional<std::uint64_t> forks_refused() const override {
    return held_.processes ? group_->forks_refused() : std::nullopt;
  }
  [[nodiscard]] tree_use use() const override { return group_->use(); }
  void describe(bequest& left, std::vector<int>&) const override {
    left.cgroup = group_->paths().v2;
    left.memory_cgroup = group_->paths().v1_memory;
    left.pids_cgroup = group_->paths().v1_pids;
  }

private:
  void watch() {
    on_.waits.watch(group_->events(), EPOLLPRI | EPOLLET, [this](std::uint32_t) {
      if (!group_->populated())
        to_.changed();
    });
  }

  /// The number may soon be another process's.
  void on_end(const ending& how) {
    pid_ = 0;
    to_.exited(how, !group_->populated());
  }

  const ground& on_;
  std::unique_ptr<cgroup> group_;
  held_limits held_;
  events to_;
  int pid_ = 0; ///< While it is our child.
  std::optional<orphan> main_;
};

held_limits limited(cgroup* group, const spawn_order& what) {
  const held_limits held{
    group && what.memory_mb && group->limit_memory(*what.memory_mb),
    group && what.processes && group->limit_processes(*what.processes)};
  const auto& run = what.key.run_id;
  if (what.memory_mb && !held.memory)
    log("run " + run + " memory watched: no memory controller may be used");
  if (what.processes && !held.processes)
    log("run " + run + " processes not limited: no pids controller may be used");
  return held;
}

} // namespace

std::unique_ptr<tree> replant(const ground& on, planted what, tree::events to) {
  const auto has = [&](belonging which) { return what.things.contains(which); };
  if (!what.spawned.left || (!what.exited && !has(belonging::process)))
    return nullptr;
  if (what.spawned.proof == tier::cgroup) {
    auto group = on.groups.reopen(*what.spawned.left);
    if (!group)
      return nullptr;
    auto made = std::make_unique<cgroup_tree>(
      on,
      std::move(group),
      held_limits{what.spawned.memory_limited, what.spawned.processes_limited},
      std::move(to));
    made->resume(what);
    return made;
  }
  if (!has(belonging::hold) || !has(belonging::hold_process))
    return nullptr;
  auto made = std::make_unique<subtree>(on, std::move(to));
  made->resume(std::move(what));
  return made;
}

std::unique_ptr<tree>
plant(const ground& on, const spawn_order& what, tree::events to) {
  auto group = on.groups.make(what.key, what.processes.has_value());
  const auto held = limited(group.get(), what);
  if (group)
    return std::make_unique<cgroup_tree>(on, std::move(group), held, std::move(to));
  return std::make_unique<subtree>(on, std::move(to));
}

} // namespace troupe::keeper
