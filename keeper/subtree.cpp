#include "keeper/subtree.hpp"

#include "keeper/files.hpp"
#include "keeper/log.hpp"
#include "keeper/process_use.hpp"
#include "keeper/processes.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstring>
#include <string>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::keeper {

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

constexpr auto word_patience = 1s; ///< From the agent's death to its hold's word.

struct packet {
  hold_word word;
  descriptor beside;
};

/// Nothing if there is none now. `end` is set once there will be none.
std::optional<packet> receive(int socket, bool& end) {
  packet got;
  iovec part{&got.word, sizeof got.word};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const auto n = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  end = n == 0;
  if (n <= 0)
    return {};
  const auto* const head = CMSG_FIRSTHDR(&message);
  if (head && head->cmsg_type == SCM_RIGHTS) {
    int fd = -1;
    std::memcpy(&fd, CMSG_DATA(head), sizeof fd);
    got.beside.reset(fd);
  }
  if (static_cast<std::size_t>(n) != sizeof got.word)
    got.word.form = 0;
  return got;
}

/// Whether it was started with this run's mark. A dead process has no environment.
bool carries(int pid, const std::string& mark) {
  const auto text = read_file(proc(pid, "environ"));
  return text && ("\0"s + *text).find("\0"s + mark + "\0"s) != std::string::npos;
}

void kill_carrier(int pid, const std::string& mark) {
  const descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (pidfd && carries(pid, mark))
    send_signal(pidfd.get(), SIGKILL);
}

} // namespace

subtree::subtree(const ground& on, events to) : on_(on), to_(std::move(to)) {}

subtree::~subtree() {
  on_.waits.cancel(main_due_);
  on_.kids.forget(hold_.pid);
  on_.kids.forget(main_);
  on_.waits.forget(socket_.get());
}

void subtree::start(launch what) {
  what_ = std::move(what);
  std::array<int, 2> ends{-1, -1};
  const auto job = print_hold_job(what_);
  if (!job || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) < 0) {
    const launch_failure why{launch_step::clone, errno};
    return to_.refused(explain(why, what_), may_pass(why));
  }
  socket_.reset(ends[0]);
  const descriptor theirs(ends[1]);
  if (start_hold(theirs.get(), job.get()))
    on_.waits.watch(socket_.get(), EPOLLIN, [this](std::uint32_t) { hear(); });
}

/// Of a hold that is another keeper's child, its socket and its pidfd tell.
void subtree::resume(planted what) {
  run_id_ = what.spawned.key.run_id;
  answered_ = hold_lives_ = true;
  main_ = what.exited ? 0 : what.spawned.pid;
  socket_ = std::move(what.things[belonging::hold]);
  hold_ = {what.spawned.root_pid, std::move(what.things[belonging::hold_process])};
  foreign_ = !is_child(hold_.pid, hold_.pidfd.get());
  if (foreign_)
    hold_end_.emplace(
      on_.waits, hold_.pid, hold_.pidfd.get(), [this](const ending& how) {
        on_foreign_hold(how);
      });
  else
    expect_hold();
  if (main_ != 0 && !foreign_)
    on_.kids.expect(main_, [this](const ending& how) { on_main(how, false); });
  if (main_ != 0)
    main_end_.emplace(
      on_.waits, main_, what.things[belonging::process].get(), [this](const ending&) {
        main_is_dead();
      });
  on_.waits.watch(socket_.get(), EPOLLIN, [this](std::uint32_t) { hear(); });
}

/// Its hold will say how, unless the keeper before has heard that and told nobody.
void subtree::main_is_dead() {
  wake_hold();
  const auto how = end_of_orphan(main_, main_end_->pidfd());
  main_due_ = on_.waits.after(word_patience, [this, how] {
    if (main_ != 0)
      on_main(how, false);
  });
}

void subtree::describe(bequest& left, std::vector<int>& descriptors) const {
  left.beside.insert(left.beside.end(), {belonging::hold, belonging::hold_process});
  descriptors.insert(descriptors.end(), {socket_.get(), hold_.pidfd.get()});
}

tier subtree::proof() const {
  return escapes() ? tier::none : tier::subtree;
}

void subtree::expect_hold() {
  on_.kids.expect(
    hold_.pid, [this](const ending& how) { on_hold(how); }, [this] { wake_hold(); });
}

bool subtree::start_hold(int socket, int job) {
  launch hold;
  hold.program = on_.hold.front();
  hold.argv = on_.hold;
  hold.env = own_environment();
  hold.cwd = "/";
  hold.stdio = what_.stdio;
  hold.handed = {socket, job, on_.lock};
  if (what_.ruleset >= 0)
    hold.handed.push_back(what_.ruleset);
  hold.files = what_.ruleset >= 0 ? on_.files : what_.files;
  hold.umask = what_.umask;
  auto begun = keeper::start(hold);
  if (!begun) {
    to_.refused(explain(begun.error(), hold), may_pass(begun.error()));
    return false;
  }
  hold_ = std::move(*begun);
  hold_lives_ = true;
  expect_hold();
  return true;
}

void subtree::hear() {
  bool end = false;
  while (auto got = receive(socket_.get(), end))
    heed(got->word, std::move(got->beside));
  if (end)
    on_.waits.forget(socket_.get());
}

void subtree::heed(const hold_word& word, descriptor pidfd) {
  if (word.form != hold_word::form_now) {
    log("hold pid=" + std::to_string(hold_.pid) + " is of another version, ended");
    send_signal(hold_.pidfd.get(), SIGKILL);
    return;
  }
  switch (word.what) {
  case hold_word::about::started:
    return started(word.pid, std::move(pidfd));
  case hold_word::about::refused:
    answered_ = true;
    return to_.refused(explain(word.why, what_), may_pass(word.why));
  case hold_word::about::exited:
    return on_main(
      {word.cause, word.status, word.user_ms, word.system_ms, word.rss_kb_max},
      word.alone != 0);
  case hold_word::about::emptied:
    emptied_ = true;
    return;
  }
}

void subtree::started(int pid, descriptor pidfd) {
  answered_ = true;
  main_ = pid;
  on_.kids.expect(pid, [this](const ending& how) { on_main(how, false); });
  to_.started({pid, std::move(pidfd)});
}

void subtree::on_main(const ending& how, bool alone) {
  if (main_ == 0)
    return;
  on_.kids.forget(std::exchange(main_, 0));
  to_.exited(how, alone);
}

void subtree::on_foreign_hold(const ending& how) {
  hear();
  on_hold(emptied_ ? ending{CLD_EXITED, 0} : how);
}

void subtree::on_hold(const ending& how) {
  hear();
  hold_lives_ = false;
  broken_ = how.cause != CLD_EXITED || how.status != 0;
  if (broken_)
    log("hold pid=" + std::to_string(hold_.pid) + " was killed, its tree is ended");
  hold_.pid = 0;
  if (!std::exchange(answered_, true)) {
    kill();
    to_.refused("the process that holds the agent was killed early; try again", true);
  }
  if (main_ != 0 && parent_of(main_) != getpid())
    on_main(main_end_ ? end_of_orphan(main_, main_end_->pidfd()) : ending(), false);
  if (broken_)
    to_.breaking();
  to_.changed();
}

bool subtree::alive() const {
  return hold_lives_ || main_ != 0 || (escapes() && !escaped().empty()) ||
         (broken_ && !foreign_ && !roots().empty());
}

int subtree::parent() const {
  return hold_lives_ ? hold_.pid : getpid();
}

std::vector<int> subtree::roots() const {
  if (hold_lives_) {
    auto all = children_of(hold_.pid);
    return is_unreaped(hold_.pidfd.get()) ? all : std::vector<int>();
  }
  auto all = on_.kids.strangers();
  std::erase_if(all, [&](int pid) { return on_.groups.has(pid); });
  if (main_ != 0)
    all.push_back(main_);
  return all;
}

/// They have gone to a parent that is not ours, so only what they were started with can
/// tell them.
std::vector<int> subtree::escaped() const {
  auto all = all_processes();
  std::erase_if(
    all, [&](int pid) { return !carries(pid, "TROUPE_RUN_ID=" + run_id_); });
  return all;
}

/// An agent can stop its hold, but not for long.
void subtree::wake_hold() const {
  if (hold_lives_)
    send_signal(hold_.pidfd.get(), SIGCONT);
}

void subtree::freeze(bool frozen) {
  if (escapes())
    return;
  const auto members = [this] { return roots(); };
  if (frozen)
    stop_trees(parent(), members);
  else
    signal_trees(parent(), members, SIGCONT);
}

tree_use subtree::use() const {
  return use_of(trees_of(roots()));
}

void subtree::kill() {
  if (escapes()) {
    if (main_end_)
      send_signal(main_end_->pidfd(), SIGKILL);
    for (const int pid : escaped())
      kill_carrier(pid, "TROUPE_RUN_ID=" + run_id_);
    return;
  }
  kill_trees(parent(), [this] { return roots(); });
  wake_hold();
}

} // namespace troupe::keeper
