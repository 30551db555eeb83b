#include "keeper/adopting.hpp"

#include "keeper/files.hpp"
#include "keeper/hold.hpp"
#include "keeper/log.hpp"
#include "keeper/processes.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <set>
#include <unistd.h>

namespace troupe::keeper {

namespace {

namespace fs = std::filesystem;

constexpr int hold_rounds_max = 250;
constexpr int hold_wait_ms = 20;

class taker {
public:
  taker(const ground& on, const attempt::tell& to, attempts& into)
    : on_(on), to_(to), into_(into) {}

  void take(inheritance::part part);
  void take(const roster_entry& entry);
  [[nodiscard]] bool end_the_rest();

private:
  void add_gone(left_attempt known);

  const ground& on_;
  attempt::tell to_;
  attempts& into_;
  bool all_ended_ = true;
};

std::unique_ptr<attempt> blank(const ground& on, const attempt::tell& to) {
  return std::make_unique<attempt>(on, spawn_order(), to);
}

void taker::add_gone(left_attempt known) {
  const auto key = known.spawned.key;
  auto& made = into_[key];
  made = blank(on_, to_);
  made->rest(std::move(known));
}

void taker::take(inheritance::part part) {
  if (part.known.gone)
    return add_gone(std::move(part.known));
  const auto key = part.known.spawned.key;
  const auto left = part.known.spawned.left;
  auto made = blank(on_, to_);
  if (left && made->resume(std::move(part)))
    into_[key] = std::move(made);
  else if (left)
    all_ended_ = on_.groups.end(*left) && all_ended_;
}

/// In it, or below; the number may be another's unless a pidfd says otherwise.
bool is_in(int pid, const std::string& group) {
  const auto text = read_file(proc(pid, "cgroup")).value_or("");
  const auto name = "/" + fs::path(group).filename().string();
  for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + 1))
    if (const auto end = at + name.size();
        end == text.size() || text[end] == '/' || text[end] == '\n')
      return true;
  return false;
}

/// It may have left its group, as root can.
void end_main(const descriptor& process) {
  if (process)
    send_signal(process.get(), SIGKILL);
}

/// A process that is dead but not waited for still tells how it ended.
void taker::take(const roster_entry& entry) {
  const auto& spawned = entry.spawned;
  const auto process = find_process(entry.who);
  const bool is_there = status_of_zombie(entry.who.pid).has_value() ||
                        is_in(entry.who.pid, spawned.left->cgroup);
  if (process && is_there) {
    inheritance::part part{{spawned, {}, {}, {}}, {}};
    part.things[belonging::process].reset(fcntl(process.get(), F_DUPFD_CLOEXEC, 3));
    take(std::move(part));
    if (into_.contains(spawned.key))
      return;
  }
  end_main(process);
  all_ended_ = on_.groups.end(*spawned.left) && all_ended_;
  if (auto end = written_end(spawned.key, *spawned.left))
    return add_gone(
      {spawned,
       std::move(end),
       gone_report{spawned.key, spawned.proof, wall_now()},
       {}});
  on_.known.remove(spawned.key);
}

bool taker::end_the_rest() {
  std::set<attempt_key> kept;
  for (const auto& [key, each] : into_)
    if (!each->gone())
      kept.insert(key);
  return on_.groups.sweep(kept) && all_ended_;
}

/// Holds of this state directory that nobody knows: their keeper was killed before it
/// could say that it had started them. They end by themselves.
bool strange_hold_lives(const std::string& lock, const std::set<int>& known) {
  return std::ranges::any_of(all_processes(), [&](int pid) {
    if (known.contains(pid))
      return false;
    const auto directory = "/proc/" + std::to_string(pid);
    const auto words = read_file(directory + "/cmdline").value_or("");
    if (!words.ends_with(std::string_view("\0hold\0", 6)))
      return false;
    std::error_code gone;
    const auto held =
      fs::read_symlink(directory + "/fd/" + std::to_string(hold_lock_fd), gone);
    return held == lock;
  });
}

bool await_strange_holds(const std::string& state_dir, const attempts& taken) {
  std::set<int> known;
  for (const auto& [key, each] : taken)
    if (const auto facts = each->kept())
      known.insert(facts->spawned.root_pid);
  for (int round = 0; strange_hold_lives(state_dir + "/lock", known); ++round) {
    if (round == hold_rounds_max)
      return false;
    if (round == 0)
      log("waiting for a hold that nobody knows");
    poll(nullptr, 0, hold_wait_ms);
  }
  return true;
}

} // namespace

bool take_over(
  const ground& on,
  const std::string& state_dir,
  std::optional<legacy> left,
  const attempt::tell& to,
  attempts& into) {
  taker all(on, to, into);
  if (left)
    for (auto& part : *left)
      all.take(std::move(part));
  for (const auto& entry : on.known.all())
    if (!into.contains(entry.spawned.key))
      all.take(entry);
  return all.end_the_rest() && await_strange_holds(state_dir, into);
}

} // namespace troupe::keeper
