#include "keeper/hold.hpp"

#include "keeper/files.hpp"
#include "keeper/processes.hpp"

#include <array>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::keeper {

namespace {

constexpr int again_ms = 5;

void put(std::string& text, std::string_view word) {
  text.append(word).push_back('\0');
}

void put(std::string& text, const std::vector<std::string>& words) {
  put(text, std::to_string(words.size()));
  for (const auto& word : words)
    put(text, word);
}

std::string take(std::string_view& text) {
  const auto end = std::min(text.find('\0'), text.size());
  std::string word(text.substr(0, end));
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

std::vector<std::string> take_all(std::string_view& text) {
  auto count = std::strtoul(take(text).c_str(), nullptr, 10);
  std::vector<std::string> words;
  for (; count > 0 && !text.empty(); --count)
    words.push_back(take(text));
  return words;
}

std::string text_of(const std::optional<rlimit>& limit) {
  return limit ? std::to_string(limit->rlim_max) : std::string();
}

rlimit limit_of(const std::string& text) {
  const auto most = std::strtoull(text.c_str(), nullptr, 10);
  return {most, most};
}

launch read_hold_job(int fd) {
  const auto size =
    static_cast<std::size_t>(std::max<off_t>(0, lseek(fd, 0, SEEK_END)));
  std::string bytes(size, '\0');
  const auto got = pread(fd, bytes.data(), size, 0);
  std::string_view text(bytes.data(), got < 0 ? 0 : static_cast<std::size_t>(got));
  launch what;
  what.program = take(text);
  what.cwd = take(text);
  what.argv = take_all(text);
  what.env = take_all(text);
  what.oom_score_adj = take(text);
  if (const auto most = take(text); !most.empty())
    what.file_bytes = limit_of(most);
  if (const auto most = take(text); !most.empty())
    what.files = limit_of(most);
  if (!take(text).empty())
    what.ruleset = hold_ruleset_fd;
  what.stdio = {0, 1, 2};
  return what;
}

void tell(const hold_word& word, int pidfd) {
  iovec part{const_cast<hold_word*>(&word), sizeof word};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> beside{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (pidfd >= 0) {
    message.msg_control = beside.data();
    message.msg_controllen = beside.size();
    auto* const head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(head), &pidfd, sizeof pidfd);
  }
  sendmsg(hold_socket_fd, &message, MSG_NOSIGNAL);
}

std::uint64_t milliseconds(const timeval& t) {
  return static_cast<std::uint64_t>(t.tv_sec) * 1000 +
         static_cast<std::uint64_t>(t.tv_usec) / 1000;
}

hold_word exited(const siginfo_t& how, const rusage& use, bool alone) {
  hold_word word;
  word.what = hold_word::about::exited;
  word.cause = how.si_code;
  word.status = how.si_status;
  word.alone = alone ? 1 : 0;
  word.user_ms = milliseconds(use.ru_utime);
  word.system_ms = milliseconds(use.ru_stime);
  word.rss_kb_max = static_cast<std::uint64_t>(use.ru_maxrss);
  return word;
}

/// Reaps what is dead; false once there is no child left at all. The word on `main` is
/// said when the others that died with it are reaped, so that `alone` is true.
bool reap(int main) {
  std::optional<std::pair<siginfo_t, rusage>> ended;
  bool left = true;
  for (;;) {
    siginfo_t how{};
    rusage use{};
    left = syscall(SYS_waitid, P_ALL, 0, &how, WEXITED | WNOHANG, &use) == 0;
    if (!left || how.si_pid == 0)
      break;
    if (how.si_pid == main)
      ended.emplace(how, use);
  }
  if (ended)
    tell(exited(ended->first, ended->second, !left), -1);
  return left;
}

/// Starts the agent; 0 if refused. Its stdio is then no longer ours.
int start_agent() {
  const auto what = read_hold_job(hold_job_fd);
  close(hold_job_fd);
  const auto agent = start(what);
  if (what.ruleset >= 0)
    close(what.ruleset);
  const descriptor nowhere(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (int fd = 0; fd < 3; ++fd)
    dup2(nowhere.get(), fd);
  hold_word word;
  if (!agent) {
    word.what = hold_word::about::refused;
    word.why = agent.error();
    return tell(word, -1), 0;
  }
  word.pid = agent->pid;
  tell(word, agent->pidfd.get());
  return agent->pid;
}

} // namespace

descriptor print_hold_job(const launch& what) {
  std::string text;
  put(text, what.program);
  put(text, what.cwd);
  put(text, what.argv);
  put(text, what.env);
  put(text, what.oom_score_adj);
  put(text, text_of(what.file_bytes));
  put(text, what.ruleset >= 0 ? text_of(what.files) : std::string());
  put(text, what.ruleset >= 0 ? "confined" : "");
  descriptor file(memfd_create("troupe-hold-job", MFD_CLOEXEC));
  std::string_view rest = text;
  while (file && !rest.empty()) {
    const auto n = write(file.get(), rest.data(), rest.size());
    if (n <= 0)
      return {};
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  return file;
}

int hold_main(int, char**) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
  signal(SIGCHLD, SIG_DFL);
  for (const int fd : {hold_socket_fd, hold_job_fd, hold_lock_fd, hold_ruleset_fd})
    fcntl(fd, F_SETFD, FD_CLOEXEC);
  sigset_t dead;
  sigemptyset(&dead);
  sigaddset(&dead, SIGCHLD);
  const descriptor deaths(signalfd(-1, &dead, SFD_CLOEXEC | SFD_NONBLOCK));
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  const int main = start_agent();
  bool kept = true;
  std::array<pollfd, 2> waits{{{deaths.get(), POLLIN, 0}, {hold_socket_fd, 0, 0}}};
  while (reap(main)) {
    if (!kept)
      kill_trees(getpid(), [] { return children_of(getpid()); });
    poll(waits.data(), kept ? 2 : 1, kept ? -1 : again_ms);
    kept = kept && (waits[1].revents & POLLHUP) == 0;
    signalfd_siginfo ignored{};
    while (read(deaths.get(), &ignored, sizeof ignored) > 0)
      continue;
  }
  hold_word last;
  last.what = hold_word::about::emptied;
  tell(last, -1);
  _exit(0);
}

} // namespace troupe::keeper
