#include "cli/relay.hpp"

#include "cli/daemon_side.hpp"
#include "cli/signals.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace troupe::cli {

namespace {

using clock_type = daemon_side::clock;
using keeper::descriptor;
using std::chrono::milliseconds;

constexpr std::size_t client_line_bytes_max = 8 * 1024 * 1024;
constexpr std::size_t chunk_bytes = 64 * 1024;

class go_between {
public:
  go_between(const place& where, hello greeting);
  int run();

private:
  void wait();
  void turn();
  void read_client();
  void from_client(const line_splitter::line& line);
  [[nodiscard]] bool over() const;
  [[nodiscard]] int wait_ms() const;
  [[nodiscard]] short events_of(std::size_t which) const {
    return polled_[which].revents;
  }

  enum { client_in, client_out, signal_fd, daemon_link, daemon_start, polled_count };

  descriptor signals_;
  outbox to_client_{STDOUT_FILENO};
  line_splitter lines_{client_line_bytes_max};
  daemon_side daemon_;
  std::array<pollfd, polled_count> polled_{};
  std::array<char, chunk_bytes> bytes_{};
  bool client_ended_ = false;
  bool told_to_end_ = false;
  bool client_gone_ = false;
};

go_between::go_between(const place& where, hello greeting)
  : signals_(watch_signals({SIGINT, SIGTERM, SIGHUP})),
    daemon_(where, std::move(greeting), &to_client_) {
  signal(SIGPIPE, SIG_IGN);
}

int go_between::run() {
  daemon_.begin(clock_type::now());
  while (!over()) {
    wait();
    turn();
  }
  return daemon_.ever_connected() || told_to_end_ || client_gone_ ? 0 : 4;
}

bool go_between::over() const {
  return told_to_end_ || client_gone_ ||
         (to_client_.empty() && daemon_.over(clock_type::now()));
}

int go_between::wait_ms() const {
  const auto until = daemon_.due();
  if (until == clock_type::time_point::max())
    return -1;
  const auto left = std::chrono::ceil<milliseconds>(until - clock_type::now()).count();
  return static_cast<int>(std::clamp<long>(left, 0, 60'000));
}

void go_between::wait() {
  const bool read = !client_ended_ && !to_client_.full() && daemon_.may_take();
  const short write = to_client_.empty() ? 0 : POLLOUT;
  polled_[client_in] = {read ? STDIN_FILENO : -1, POLLIN, 0};
  polled_[client_out] = {STDOUT_FILENO, write, 0};
  polled_[signal_fd] = {signals_.get(), POLLIN, 0};
  std::ranges::copy(daemon_.wants(), &polled_[daemon_link]);
  if (poll(polled_.data(), polled_.size(), wait_ms()) < 0)
    for (auto& each : polled_)
      each.revents = 0;
}

void go_between::turn() {
  told_to_end_ = events_of(signal_fd) != 0;
  client_gone_ = (events_of(client_out) & (POLLERR | POLLHUP | POLLNVAL)) != 0 ||
                 ((events_of(client_out) & POLLOUT) != 0 && !to_client_.flush());
  if (told_to_end_ || client_gone_)
    return;
  daemon_.turn({polled_[daemon_link], polled_[daemon_start]}, clock_type::now());
  if (events_of(client_in) != 0)
    read_client();
  daemon_.speak();
}

void go_between::read_client() {
  const auto n = read(STDIN_FILENO, bytes_.data(), bytes_.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return;
  line_splitter::line line;
  if (n > 0) {
    lines_.push({bytes_.data(), static_cast<std::size_t>(n)});
    while (lines_.next(line))
      from_client(line);
    return;
  }
  if (lines_.rest(line))
    from_client(line);
  client_ended_ = true;
  daemon_.client_ended(clock_type::now());
}

void go_between::from_client(const line_splitter::line& line) {
  if (!line.cut)
    return daemon_.take(line, clock_type::now());
  to_client_.add_line(print_json(jsonrpc::failure(
    nullptr,
    jsonrpc::invalid_request,
    "a message of " + std::to_string(line.bytes) +
      " bytes was not passed on: at most " + std::to_string(client_line_bytes_max) +
      " are; put large content into a file and name it")));
}

} // namespace

int relay(const place& where, hello greeting) {
  return go_between(where, std::move(greeting)).run();
}

} // namespace troupe::cli
