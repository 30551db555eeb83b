#include "keeper/subtree.hpp"

#include "keeper/log.hpp"
#include "keeper/process_use.hpp"
#include "keeper/processes.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::keeper {

namespace {

std::vector<std::string> own_environment() {
  std::vector<std::string> all;
  for (char** entry = environ; *entry; ++entry)
    all.emplace_back(*entry);
  return all;
}

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

} // namespace

subtree::subtree(const ground& on, events to) : on_(on), to_(std::move(to)) {}

subtree::~subtree() {
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

bool subtree::start_hold(int socket, int job) {
  launch hold;
  hold.program = on_.hold.front();
  hold.argv = on_.hold;
  hold.env = own_environment();
  hold.cwd = "/";
  hold.stdio = what_.stdio;
  hold.handed = {socket, job, on_.lock};
  hold.files = what_.files;
  hold.umask = what_.umask;
  auto begun = keeper::start(hold);
  if (!begun) {
    to_.refused(explain(begun.error(), hold), may_pass(begun.error()));
    return false;
  }
  hold_ = std::move(*begun);
  hold_lives_ = true;
  on_.kids.expect(
    hold_.pid, [this](const ending& how) { on_hold(how); }, [this] { wake_hold(); });
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
    syscall(SYS_pidfd_send_signal, hold_.pidfd.get(), SIGKILL, nullptr, 0);
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
  }
}

void subtree::started(int pid, descriptor pidfd) {
  answered_ = true;
  main_ = pid;
  on_.kids.expect(pid, [this](const ending& how) { on_main(how, false); });
  to_.started({pid, std::move(pidfd)});
}

void subtree::on_main(const ending& how, bool alone) {
  on_.kids.forget(std::exchange(main_, 0));
  to_.exited(how, alone);
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
    on_main({}, false);
  if (broken_)
    to_.breaking();
  to_.changed();
}

bool subtree::alive() const {
  return hold_lives_ || main_ != 0 || (broken_ && !roots().empty());
}

int subtree::parent() const {
  return hold_lives_ ? hold_.pid : getpid();
}

std::vector<int> subtree::roots() const {
  if (hold_lives_)
    return children_of(hold_.pid);
  auto all = on_.kids.strangers();
  std::erase_if(all, [&](int pid) { return on_.groups.has(pid); });
  if (main_ != 0)
    all.push_back(main_);
  return all;
}

/// An agent can stop its hold, but not for long.
void subtree::wake_hold() const {
  if (hold_lives_)
    syscall(SYS_pidfd_send_signal, hold_.pidfd.get(), SIGCONT, nullptr, 0);
}

void subtree::freeze(bool frozen) {
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
  kill_trees(parent(), [this] { return roots(); });
  wake_hold();
}

} // namespace troupe::keeper
