#include "tests/keeper/world.hpp"

#include "keeper/cgroups.hpp"
#include "keeper/files.hpp"
#include "keeper/wire.hpp"
#include "tests/support/reach.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace troupe::keeper {

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr auto patience = 10s;
constexpr uid_t plain_user = 1000;

struct introduction {
  int pid;
  std::uint64_t epoch;
};

sockaddr_un address(const std::string& path) {
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  std::strncpy(name.sun_path, path.c_str(), sizeof name.sun_path - 1);
  return name;
}

const sockaddr* generic(const sockaddr_un& name) {
  return reinterpret_cast<const sockaddr*>(&name);
}

long receive_with(
  int socket, void* data, std::size_t size, std::vector<descriptor>& fds) {
  iovec part{data, size};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(16 * sizeof(int))> beside{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = beside.data();
  message.msg_controllen = beside.size();
  const auto n = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
  if (n < 0)
    return n;
  for (auto* head = CMSG_FIRSTHDR(&message); head; head = CMSG_NXTHDR(&message, head)) {
    const auto count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int fd = -1;
      std::memcpy(&fd, CMSG_DATA(head) + (i * sizeof fd), sizeof fd);
      fds.emplace_back(fd);
    }
  }
  return n;
}

bool readable(int fd, int wait_ms) {
  pollfd waits{fd, POLLIN, 0};
  return poll(&waits, 1, wait_ms) > 0;
}

std::string own_program() {
  return fs::read_symlink("/proc/self/exe").string();
}

/// Moves on to a fresh process and session for ever.
[[noreturn]] void respawn() {
  for (;;) {
    if (const auto pid = fork(); pid > 0)
      _exit(0);
    setsid();
  }
}

[[noreturn]] void hog() {
  for (;;)
    std::memset(std::malloc(1 << 20), 1, 1 << 20);
}

/// Holds 32 MiB and says so.
[[noreturn]] void hold_memory() {
  constexpr std::size_t bytes = 32 << 20;
  std::memset(std::malloc(bytes), 1, bytes);
  [[maybe_unused]] const auto told = write(STDOUT_FILENO, "held\n", 5);
  for (;;)
    pause();
}

} // namespace

int supervisor_stub(const char* patron) {
  const descriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  const auto name = address(patron);
  if (connect(socket.get(), generic(name), sizeof name) < 0)
    return 17;
  const char* const epoch = std::getenv("TROUPE_EPOCH");
  const introduction self{getpid(), std::strtoull(epoch ? epoch : "0", nullptr, 10)};
  const std::string_view bytes(reinterpret_cast<const char*>(&self), sizeof self);
  if (!test::send_beside(socket.get(), bytes, link_fd))
    return 18;
  close(link_fd);
  char end = 0;
  return read(socket.get(), &end, 1) == 0 ? 0 : 19;
}

int hostile_agent(const char* kind) {
  const std::string_view what = kind;
  if (what == "respawn")
    respawn();
  if (what == "hog")
    hog();
  if (what == "hold")
    hold_memory();
  return 99;
}

fake_supervisor::fake_supervisor(
  descriptor patron, descriptor link, int pid, std::uint64_t epoch)
  : patron_(std::move(patron)), link_(std::move(link)), pid_(pid), epoch_(epoch) {}

void fake_supervisor::send(const order& what, std::uint64_t epoch) {
  const auto text = print(what, epoch) + "\n";
  for (std::string_view rest = text; !rest.empty();) {
    const auto n = ::send(link_.get(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n < 0)
      return;
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
}

bool fake_supervisor::read_more(int wait_ms) {
  std::array<char, 65536> block;
  const auto line = lines_.next([&]() -> std::string_view {
    if (!readable(link_.get(), wait_ms))
      return {};
    const auto n = receive_with(link_.get(), block.data(), block.size(), pidfds_);
    return {block.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
  });
  if (!line)
    return false;
  auto got = read_report(*line);
  EXPECT_TRUE(got) << *line << ": " << got.error().message;
  if (!got)
    return true;
  note_inputs(*got);
  const auto* const ping = std::get_if<ping_report>(&*got);
  if (ping && answers_) {
    send(pong_order{ping->n});
    ++answered_;
  } else if (!ping)
    reports_.push_back(std::move(*got));
  return true;
}

/// Its descriptors are the last that came; what it holds of a closed stdin it drops.
void fake_supervisor::note_inputs(const report& what) {
  if (const auto* born = std::get_if<spawned_report>(&what); born && born->left) {
    const auto& names = born->left->beside;
    const auto at = std::ranges::find(names, belonging::input);
    if (at != names.end() && pidfds_.size() >= names.size())
      inputs_[born->key] =
        pidfds_.size() - names.size() + static_cast<std::size_t>(at - names.begin());
  }
  if (const auto* closed = std::get_if<closed_report>(&what))
    if (const auto at = inputs_.find(closed->key);
        at != inputs_.end() && at->second < pidfds_.size())
      pidfds_[at->second].reset();
}

bool fake_supervisor::answer_a_ping() {
  constexpr int patience_ms = 10'000;
  for (const auto before = answered_; answered_ == before;)
    if (!read_more(patience_ms))
      return false;
  return true;
}

void fake_supervisor::take(const std::function<bool(const report&)>& wanted) {
  const auto deadline = clock::now() + patience;
  for (;;) {
    const auto found = std::ranges::find_if(reports_, wanted);
    if (found != reports_.end()) {
      reports_.erase(found);
      return;
    }
    const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now());
    if (left.count() <= 0 || !read_more(static_cast<int>(left.count())))
      return;
  }
}

bool eventually(const std::function<bool()>& so) {
  const auto deadline = clock::now() + patience;
  while (!so()) {
    if (clock::now() > deadline)
      return false;
    poll(nullptr, 0, 2);
  }
  return true;
}

bool cgroups_here() {
  const cgroups groups("probe" + std::to_string(getpid()));
  return groups.usable();
}

bool user_can_run() {
  return test::is_open_to_all(own_program());
}

void keeper_test::SetUp() {
  auto form = (fs::temp_directory_path() / "troupe-keeper-XXXXXX").string();
  root_ = mkdtemp(form.data());
  fs::permissions(root_, fs::perms::all);
  run_id_ = "r_" + root_.filename().string().substr(14);
  options_.state_dir = root_ / "state";
  options_.socket = root_ / "sockets" / "a.sock";
  options_.supervisor = {own_program(), "supervisor", root_ / "patron"};
  options_.hold = {own_program(), "hold"};
  patron_.reset(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
  const auto name = address(root_ / "patron");
  ASSERT_EQ(bind(patron_.get(), generic(name), sizeof name), 0);
  ASSERT_EQ(listen(patron_.get(), 8), 0);
  fs::permissions(root_ / "patron", fs::perms::all);
}

void keeper_test::TearDown() {
  if (HasFailure())
    std::fprintf(stderr, "%s", log().c_str());
  if (keeper_pid_ > 0) {
    kill(keeper_pid_, SIGTERM);
    kill(keeper_pid_, SIGTERM);
    EXPECT_EQ(keeper_code(), 0) << log();
  }
  EXPECT_TRUE(none_marked()) << log();
  fs::remove_all(root_);
}

void keeper_test::run_keeper(const conditions& how) {
  if (
    how.as_user &&
    (setgroups(0, nullptr) < 0 || setgid(plain_user) < 0 || setuid(plain_user) < 0))
    _exit(90);
  setenv("TROUPE_PROBE_CGROUP", how.cgroup ? "1" : "0", 1);
  setenv("TROUPE_PROBE_CGROUP_KILL", how.cgroup_kill ? "1" : "0", 1);
  const auto file = (root_ / "log").string();
  const int fd = open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  dup2(fd, STDERR_FILENO);
  const int code = keeper_main(options_);
  _exit(code);
}

void keeper_test::start_keeper(const conditions& how) {
  std::array<int, 2> ends{-1, -1};
  ASSERT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
  options_.ready_fd = ends[1];
  ready_.reset(ends[0]);
  fs::create_directories(root_ / "work");
  if (how.as_user)
    for (const auto* made : {"work", "sockets"}) {
      fs::create_directories(root_ / made);
      ASSERT_EQ(chown((root_ / made).c_str(), plain_user, plain_user), 0);
    }
  keeper_pid_ = fork();
  if (keeper_pid_ == 0)
    run_keeper(how);
  close(ends[1]);
}

int keeper_test::keeper_code() {
  const descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, keeper_pid_, 0)));
  if (!readable(pidfd.get(), 40'000)) {
    ADD_FAILURE() << "the keeper does not end";
    kill(keeper_pid_, SIGKILL);
  }
  int status = 0;
  waitpid(std::exchange(keeper_pid_, 0), &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

fake_supervisor keeper_test::accept_supervisor() {
  introduction self{};
  std::vector<descriptor> fds;
  descriptor patron;
  if (readable(patron_.get(), 10'000)) {
    patron.reset(accept4(patron_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    receive_with(patron.get(), &self, sizeof self, fds);
  }
  if (fds.empty()) {
    ADD_FAILURE() << "no supervisor came\n" << log();
    fds.emplace_back();
  }
  return {std::move(patron), std::move(fds.front()), self.pid, self.epoch};
}

spawn_order keeper_test::script(const std::string& text, std::uint32_t attempt) {
  spawn_order what;
  what.key = {run_id_, attempt};
  what.argv = {"sh", "-c", text};
  what.env = {
    "PATH=/usr/bin:/bin", "TROUPE_TEST_MARK=" + run_id_, "SELF=" + own_program()};
  what.cwd = "/";
  what.dir = root_ / "work" / std::to_string(attempt);
  fs::create_directories(what.dir);
  fs::permissions(what.dir, fs::perms::all);
  return what;
}

spawned_report keeper_test::spawn(fake_supervisor& by, const spawn_order& what) {
  by.send(what);
  auto answer =
    by.next<spawned_report>([&](const auto& said) { return said.key == what.key; });
  EXPECT_TRUE(answer) << log();
  return answer.value_or(spawned_report{});
}

std::string keeper_test::transcript(const char* file, int attempt) {
  return read_file(root_ / "work" / std::to_string(attempt) / file).value_or("");
}

bool keeper_test::says(const std::string& text) {
  return eventually([&] { return transcript().find(text) != std::string::npos; });
}

std::vector<int> keeper_test::marked() {
  std::vector<int> all;
  std::error_code why;
  for (const auto& entry : fs::directory_iterator("/proc", why)) {
    const auto pid = std::atoi(entry.path().filename().c_str());
    const auto env = pid > 0 ? read_file(entry.path() / "environ") : std::nullopt;
    if (env && env->find("TROUPE_TEST_MARK=" + run_id_) != std::string::npos)
      all.push_back(pid);
  }
  return all;
}

bool keeper_test::none_marked() {
  return marked().empty();
}

std::string keeper_test::log() {
  return read_file(root_ / "log").value_or("");
}

std::string keeper_test::daemon_line() {
  std::string line;
  char c = 0;
  while (readable(ready_.get(), 10'000) && read(ready_.get(), &c, 1) == 1 && c != '\n')
    line += c;
  return line;
}

} // namespace troupe::keeper
