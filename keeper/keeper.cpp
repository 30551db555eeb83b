#include "keeper/keeper.hpp"

#include "keeper/adopting.hpp"
#include "keeper/beginning.hpp"
#include "keeper/log.hpp"
#include "keeper/paths.hpp"
#include "keeper/processes.hpp"
#include "keeper/upgrade.hpp"

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <optional>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

namespace troupe::keeper {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t attempts_max = 10'000;
constexpr auto end_patience = 30s;
constexpr auto end_round_wait = 5ms;
constexpr const char* owner_gone = "the client that it is for has ended";

descriptor take_signals() {
  signal(SIGCHLD, SIG_DFL);
  const auto wanted = keeper_signals();
  sigprocmask(SIG_SETMASK, &wanted, nullptr);
  return descriptor(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
}

class keeper {
public:
  keeper(keeper_options options, lease right, rlimit files, mode_t mask)
    : options_(std::move(options)), lease_(std::move(right)),
      groups_(short_hash(options_.state_dir)), known_(options_.state_dir),
      signals_(take_signals()),
      ground_{
        waits_,
        kids_,
        groups_,
        known_,
        options_.hold,
        lease_.lock(),
        files,
        mask,
        raised_oom_score()},
      supervisor_(waits_, kids_, lease_, options_.supervisor) {}

  /// `failure` is set if it could not serve.
  int run(std::optional<legacy> left, std::string& failure);

private:
  void on_signals();
  void stop(const std::string& reason);
  [[nodiscard]] bool watch_owner();
  void supervise(bool succeeds, std::string& failure);
  void obey(const spawn_order& what);
  void obey(const write_order& what);
  void obey(const close_order& what);
  void obey(const kill_order& what);
  void obey(const freeze_order& what);
  void obey(const list_order& what);
  void obey(const forget_order& what);
  void obey(const quit_order& what) { end(what.reason); }
  void obey(const ready_order&) {}
  void obey(const pong_order&) {}
  void obey(const sample_order& what);
  [[nodiscard]] attempt* find(const attempt_key& key) const;
  [[nodiscard]] std::optional<std::string> objection(const attempt_key& key) const;
  void drop_refused();
  [[nodiscard]] attempt::tell teller();
  void introduce();
  void begin_upgrade();
  void upgrade_if_alone();
  void end(const std::string& reason);
  [[nodiscard]] bool ended() const;
  void end_strangers();

  keeper_options options_;
  lease lease_;
  poller waits_;
  children kids_;
  cgroups groups_;
  roster known_;
  descriptor signals_;
  descriptor owner_; ///< pidfd
  ground ground_;
  supervisor_process supervisor_;
  attempts attempts_;
  std::optional<std::string> upgrade_; ///< The program to become.
  int exit_code_ = keeper_ended;
  bool stopping_ = false;
  bool ending_ = false;
  poller::timer stop_ = 0;
  poller::clock::time_point give_up_ = poller::clock::time_point::max();
};

void keeper::on_signals() {
  signalfd_siginfo info{};
  while (read(signals_.get(), &info, sizeof info) == sizeof info)
    if (info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT)
      stop(info.ssi_signo == SIGINT ? "SIGINT" : "SIGTERM");
    else if (info.ssi_signo == SIGUSR1)
      begin_upgrade();
  kids_.reap();
}

void keeper::stop(const std::string& reason) {
  if (std::exchange(stopping_, true) || !supervisor_.lives())
    return end(reason);
  log("stopping reason=" + reason);
  supervisor_.send(stop_report{reason}, {});
  stop_ = waits_.after(options_.pace.stop, [this] { end("no quit in time"); });
}

/// False if the process that this daemon ends with is no more.
bool keeper::watch_owner() {
  if (!options_.owner)
    return true;
  owner_ = find_process(*options_.owner);
  if (owner_)
    waits_.watch(owner_.get(), EPOLLIN, [this](std::uint32_t) {
      waits_.forget(owner_.get());
      if (!stopping_)
        stop(owner_gone);
    });
  return static_cast<bool>(owner_);
}

attempt* keeper::find(const attempt_key& key) const {
  const auto found = attempts_.find(key);
  return found == attempts_.end() ? nullptr : found->second.get();
}

std::optional<std::string> keeper::objection(const attempt_key& key) const {
  if (ending_)
    return "the daemon is ending; start it again first";
  if (attempts_.size() >= attempts_max)
    return "the keeper holds " + std::to_string(attempts_max) +
           " attempts; forget those that are gone";
  for (auto at = attempts_.lower_bound({key.run_id, 0});
       at != attempts_.end() && at->first.run_id == key.run_id;
       ++at)
    if (!at->second->gone())
      return "attempt " + std::to_string(at->first.attempt) + " of run " + key.run_id +
             " is not gone yet; end its tree and wait for the gone report";
  return {};
}

void keeper::drop_refused() {
  std::erase_if(attempts_, [](const auto& each) { return each.second->refused(); });
}

void keeper::obey(const spawn_order& what) {
  drop_refused();
  if (const auto* const same = find(what.key))
    return same->repeat();
  if (auto why = objection(what.key))
    return supervisor_.send(refusal(what.key, std::move(*why), false), {});
  auto& fresh = attempts_[what.key];
  fresh = std::make_unique<attempt>(ground_, what, teller());
  fresh->start();
}

attempt::tell keeper::teller() {
  return [this](const report& said, std::span<const int> beside) {
    supervisor_.send(said, beside);
  };
}

/// What a supervisor must hold should it have to take over, before all else.
void keeper::introduce() {
  supervisor_.send(
    will_of(options_.self, *ground_.umask, *ground_.files, lease_.started_at()), {});
  for (const auto& [key, each] : attempts_)
    if (each->kept() && !each->gone())
      each->repeat();
}

void keeper::begin_upgrade() {
  if (upgrade_ || stopping_ || ending_)
    return;
  upgrade_ = take_upgrade(options_.state_dir);
  if (!upgrade_)
    return;
  log("upgrading program=" + *upgrade_);
  supervisor_.retire("the daemon is upgraded");
}

/// What is being started has no name yet by which another could know it.
void keeper::upgrade_if_alone() {
  drop_refused();
  if (
    !upgrade_ || ending_ || supervisor_.lives() ||
    !std::ranges::all_of(
      attempts_, [](const auto& each) { return each.second->settled(); }))
    return;
  auto argv = options_.self;
  argv.front() = *std::exchange(upgrade_, {});
  manifest all{
    .lock = lease_.lock(),
    .listener = lease_.listener(),
    .will = will_of(options_.self, *ground_.umask, *ground_.files, lease_.started_at()),
    .attempts = {}};
  for (const auto& [key, each] : attempts_)
    all.attempts.push_back(each->leave());
  const auto why = become_keeper(argv, all);
  log("not upgraded: " + why.message);
  refuse_upgrade(options_.state_dir, why.message);
  supervisor_.unretire();
}

void keeper::obey(const write_order& what) {
  if (auto* const meant = find(what.key))
    meant->write(what);
  else
    supervisor_.send(unwritten_report{what.key, what.n, "closed"}, {});
}

void keeper::obey(const close_order& what) {
  if (auto* const meant = find(what.key))
    meant->close();
}

void keeper::obey(const kill_order& what) {
  auto* const meant = find(what.key);
  if (!meant)
    return;
  if (what.scope == kill_scope::tree)
    meant->kill_tree();
  else
    meant->signal_main(what.signal);
}

void keeper::obey(const freeze_order& what) {
  if (auto* const meant = find(what.key))
    meant->freeze(what.frozen);
}

void keeper::obey(const sample_order& what) {
  if (const auto* const meant = find(what.key))
    if (auto use = meant->use())
      supervisor_.send(sampled_report{what.key, *use}, {});
}

void keeper::obey(const list_order& what) {
  kept_report all{what.request, {}};
  for (const auto& [key, each] : attempts_)
    if (auto facts = each->kept())
      all.attempts.push_back(std::move(*facts));
  supervisor_.send(all, {});
}

void keeper::obey(const forget_order& what) {
  if (const auto* const meant = find(what.key); meant && meant->gone())
    attempts_.erase(what.key);
}

void keeper::end(const std::string& reason) {
  if (std::exchange(ending_, true))
    return;
  log("ending reason=" + reason + " attempts=" + std::to_string(attempts_.size()));
  waits_.cancel(stop_);
  give_up_ = poller::clock::now() + end_patience;
  supervisor_.retire(reason);
  for (const auto& [key, each] : attempts_)
    each->kill_tree();
}

bool keeper::ended() const {
  if (!ending_)
    return false;
  if (poller::clock::now() > give_up_)
    return true;
  return !supervisor_.lives() && std::ranges::all_of(attempts_, [](const auto& each) {
    return each.second->gone() || each.second->refused();
  });
}

/// What came up to us and belongs to nobody, such as what a supervisor had started.
void keeper::end_strangers() {
  for (;;) {
    kids_.reap();
    if (kids_.strangers().empty() || poller::clock::now() > give_up_)
      return;
    kill_trees(getpid(), [this] { return kids_.strangers(); });
    auto round = waits_.after(end_round_wait, [] {});
    waits_.wait();
    waits_.cancel(round);
  }
}

void keeper::supervise(bool succeeds, std::string& failure) {
  supervisor_.run(
    options_.pace,
    succeeds,
    {[this] { introduce(); },
     [this](order what) { std::visit([this](const auto& each) { obey(each); }, what); },
     [this] { tell_starter(options_.ready_fd, ""); },
     [this] {
       if (stopping_)
         end("the supervisor ended while stopping");
     },
     [&](const std::string& why) {
       failure = "the supervisor does not start: " + why;
       exit_code_ = keeper_failed;
       end(why);
     }});
}

int keeper::run(std::optional<legacy> left, std::string& failure) {
  const bool succeeds = left.has_value();
  if (!take_over(ground_, options_.state_dir, std::move(left), teller(), attempts_)) {
    failure = "processes of an earlier keeper do not die";
    return keeper_failed;
  }
  log(std::string("started tier=") + (groups_.usable() ? "cgroup" : "subtree"));
  waits_.watch(signals_.get(), EPOLLIN, [this](std::uint32_t) { on_signals(); });
  if (watch_owner()) {
    supervise(succeeds, failure);
  } else {
    failure = owner_gone;
    end(failure);
  }
  kids_.reap();
  while (!ended()) {
    waits_.wait();
    upgrade_if_alone();
  }
  end_strangers();
  attempts_.clear();
  log("ended");
  return exit_code_;
}

} // namespace

/// A failure is told when nothing is left that a client could take for a daemon.
int keeper_main(keeper_options options) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  if (options.ready_fd >= 0)
    fcntl(options.ready_fd, F_SETFD, FD_CLOEXEC);
  auto with = begin(options);
  if (!with.right) {
    const auto& why = with.right.error();
    log("not started: " + why.message);
    tell_starter(options.ready_fd, why.message);
    return why.code == errc::conflict ? keeper_taken : keeper_failed;
  }
  int ready_fd = options.ready_fd;
  const auto fleeting = options.fleeting ? options.state_dir : "";
  std::string failure;
  const int code =
    keeper(std::move(options), std::move(*with.right), with.files, with.mask)
      .run(std::move(with.left), failure);
  if (!fleeting.empty() && code == keeper_ended)
    remove_fleeting(fleeting);
  if (!failure.empty())
    tell_starter(ready_fd, failure);
  return code;
}

} // namespace troupe::keeper
