#include "cli/relay.hpp"

#include "cli/dialer.hpp"
#include "cli/farewell.hpp"
#include "cli/ledger.hpp"
#include "cli/outbox.hpp"
#include "cli/signals.hpp"
#include "protocol/lines.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace troupe::cli {

namespace {

using clock_type = dialer::clock;
using keeper::descriptor;
using std::chrono::milliseconds;

constexpr std::size_t client_line_bytes_max = 8 * 1024 * 1024;
constexpr std::size_t daemon_line_bytes_max = 64 * 1024 * 1024;
constexpr std::size_t read_bytes = 64 * 1024;

class go_between {
public:
  go_between(const place& where, hello greeting);
  int run();

private:
  enum class state { dialing, opening, open, lost };

  void wait();
  void turn();
  void dial();
  void give_up(const std::string& why);
  void connected();
  void opened();
  void lose();
  void read_client();
  void from_client(const line_splitter::line& line);
  void read_daemon();
  void from_daemon(const line_splitter::line& line);
  void tell(const std::vector<std::string>& lines);
  void talk();
  void half_close();
  [[nodiscard]] bool may_read_client() const;
  [[nodiscard]] bool is_needed() const {
    return !held_.empty() || ledger_.unanswered() > 0;
  }
  [[nodiscard]] bool over();
  [[nodiscard]] clock_type::time_point deadline() const;
  [[nodiscard]] short events_of(std::size_t which) const {
    return polled_[which].revents;
  }

  enum { client_in, client_out, daemon_fd, start_fd, signal_fd, polled_count };

  hello greeting_;
  dialer dialer_;
  ledger ledger_;
  descriptor signals_;
  descriptor link_;
  state state_ = state::dialing;
  outbox to_client_{STDOUT_FILENO};
  outbox to_daemon_;
  line_splitter client_lines_{client_line_bytes_max};
  line_splitter daemon_lines_{daemon_line_bytes_max};
  std::array<pollfd, polled_count> polled_{};
  std::array<char, read_bytes> bytes_{};
  farewell farewell_;
  bool half_closed_ = false;
  bool told_to_end_ = false;
  bool client_gone_ = false;
  bool known_ = false; ///< The first attempt is over.
  bool ever_connected_ = false;
  std::vector<std::string> held_; ///< Lines that the ledger does not remember.
};

/// The line as it was: a splitter takes `\r\n` for a newline.
std::string whole(const line_splitter::line& line) {
  std::string text(line.text);
  if (line.bytes > text.size())
    text += '\r';
  return text;
}

go_between::go_between(const place& where, hello greeting)
  : greeting_(std::move(greeting)), dialer_(where),
    signals_(watch_signals({SIGINT, SIGTERM, SIGHUP})) {
  signal(SIGPIPE, SIG_IGN);
}

int go_between::run() {
  dialer_.begin(clock_type::now(), true);
  dial();
  while (!over()) {
    wait();
    turn();
  }
  return ever_connected_ || told_to_end_ || client_gone_ ? 0 : 4;
}

/// Without a daemon only as far as is needed to know that it is needed: the rest stays
/// with the client, in order.
bool go_between::may_read_client() const {
  if (farewell_.begun() || to_client_.full())
    return false;
  if (state_ == state::open)
    return !to_daemon_.full();
  return known_ && !is_needed();
}

bool go_between::over() {
  if (told_to_end_ || client_gone_)
    return true;
  if (!farewell_.begun() || !to_client_.empty())
    return false;
  const bool alone = state_ == state::lost || state_ == state::dialing;
  return (alone && !is_needed()) ||
         clock_type::now() >= farewell_.due(ledger_.unanswered());
}

clock_type::time_point go_between::deadline() const {
  const auto end = farewell_.due(ledger_.unanswered());
  return state_ == state::dialing ? std::min(end, dialer_.due()) : end;
}

void go_between::wait() {
  polled_[client_in] = {may_read_client() ? STDIN_FILENO : -1, POLLIN, 0};
  polled_[client_out] = {
    STDOUT_FILENO, static_cast<short>(to_client_.empty() ? 0 : POLLOUT), 0};
  const bool listen = !to_client_.full();
  const bool speak = !to_daemon_.empty();
  polled_[daemon_fd] = {
    listen || speak ? link_.get() : -1,
    static_cast<short>((listen ? POLLIN : 0) | (speak ? POLLOUT : 0)),
    0};
  polled_[start_fd] = {dialer_.fd(), POLLIN, 0};
  polled_[signal_fd] = {signals_.get(), POLLIN, 0};
  const auto until = deadline();
  int wait_ms = -1;
  if (until != clock_type::time_point::max()) {
    const auto left =
      std::chrono::ceil<milliseconds>(until - clock_type::now()).count();
    wait_ms = static_cast<int>(std::clamp<long>(left, 0, 60'000));
  }
  if (poll(polled_.data(), polled_.size(), wait_ms) < 0)
    for (auto& each : polled_)
      each.revents = 0;
}

void go_between::turn() {
  told_to_end_ = events_of(signal_fd) != 0;
  client_gone_ = (events_of(client_out) & (POLLERR | POLLHUP | POLLNVAL)) != 0 ||
                 ((events_of(client_out) & POLLOUT) != 0 && !to_client_.flush());
  if (told_to_end_ || client_gone_)
    return;
  if ((events_of(daemon_fd) & POLLOUT) != 0)
    talk();
  if ((events_of(daemon_fd) & (POLLIN | POLLHUP | POLLERR)) != 0 && !to_client_.full())
    read_daemon();
  if (events_of(client_in) != 0)
    read_client();
  if (
    state_ == state::dialing &&
    (events_of(start_fd) != 0 || clock_type::now() >= dialer_.due()))
    dial();
  talk();
  half_close();
}

void go_between::dial() {
  switch (dialer_.step(clock_type::now(), !known_ || is_needed())) {
  case dialer::outcome::waiting:
    state_ = state::dialing;
    return;
  case dialer::outcome::connected:
    known_ = true;
    connected();
    return;
  case dialer::outcome::failed:
    known_ = true;
    state_ = state::lost;
    give_up("Troupe's daemon cannot be reached: " + dialer_.why());
  }
}

void go_between::give_up(const std::string& why) {
  dprintf(STDERR_FILENO, "troupe mcp: %s\n", why.c_str());
  tell(ledger_.give_up(why));
  for (const auto& line : std::exchange(held_, {}))
    if (!peek(line))
      tell({print_json(jsonrpc::failure(nullptr, jsonrpc::internal_error, why))});
}

void go_between::connected() {
  ever_connected_ = true;
  link_ = dialer_.take();
  half_closed_ = false;
  to_daemon_.retarget(link_.get());
  daemon_lines_ = line_splitter(daemon_line_bytes_max);
  tell(ledger_.unkept());
  to_daemon_.add_line(encode_text(greeting_));
  for (const auto& line : ledger_.opening())
    to_daemon_.add_line(line);
  state_ = state::opening;
  if (!ledger_.opening_unanswered())
    opened();
  talk();
}

void go_between::opened() {
  state_ = state::open;
  for (const auto& line : ledger_.rest())
    to_daemon_.add_line(line);
  for (const auto& line : std::exchange(held_, {}))
    to_daemon_.add_line(line);
}

void go_between::lose() {
  link_.reset();
  to_daemon_.retarget(-1);
  if (farewell_.begun() && !is_needed()) {
    state_ = state::lost;
    return;
  }
  state_ = state::dialing;
  dialer_.again(clock_type::now());
}

void go_between::read_client() {
  const auto n = read(STDIN_FILENO, bytes_.data(), bytes_.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return;
  line_splitter::line line;
  if (n > 0) {
    client_lines_.push({bytes_.data(), static_cast<std::size_t>(n)});
    while (client_lines_.next(line))
      from_client(line);
    return;
  }
  if (client_lines_.rest(line))
    from_client(line);
  farewell_.client_ended(clock_type::now());
}

void go_between::from_client(const line_splitter::line& line) {
  if (line.cut) {
    tell({print_json(jsonrpc::failure(
      nullptr,
      jsonrpc::invalid_request,
      "a message of " + std::to_string(line.bytes) +
        " bytes was not passed on: at most " + std::to_string(client_line_bytes_max) +
        " are; put large content into a file and name it"))});
    return;
  }
  const bool remembered = ledger_.client_said(line.text);
  if (state_ == state::open)
    return to_daemon_.add_line(whole(line));
  const bool moot = state_ == state::lost && peek(line.text);
  if (!remembered && !moot && !line.text.empty())
    held_.push_back(whole(line));
  if (!is_needed() || state_ == state::opening)
    return;
  if (state_ == state::lost) {
    dialer_.begin(clock_type::now(), true);
    state_ = state::dialing;
  }
  dialer_.hurry(clock_type::now());
}

void go_between::read_daemon() {
  const auto n = recv(link_.get(), bytes_.data(), bytes_.size(), 0);
  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return;
  if (n <= 0)
    return lose();
  daemon_lines_.push({bytes_.data(), static_cast<std::size_t>(n)});
  line_splitter::line line;
  while (daemon_lines_.next(line))
    from_daemon(line);
  talk();
}

void go_between::from_daemon(const line_splitter::line& line) {
  if (line.cut) {
    dprintf(STDERR_FILENO, "troupe mcp: a line of %zu bytes was dropped\n", line.bytes);
    return;
  }
  const bool pass = ledger_.daemon_said(line.text);
  if (pass)
    to_client_.add_line(whole(line));
  if (!ledger_.answered())
    return;
  dialer_.heard();
  farewell_.answered(clock_type::now());
  if (state_ == state::opening && !ledger_.opening_unanswered())
    opened();
}

void go_between::tell(const std::vector<std::string>& lines) {
  for (const auto& line : lines)
    to_client_.add_line(line);
}

/// A daemon that is gone is noticed by reading, after what it said last.
void go_between::talk() {
  if (!to_daemon_.flush())
    to_daemon_.retarget(-1);
}

void go_between::half_close() {
  if (
    !farewell_.begun() || half_closed_ || state_ != state::open || !to_daemon_.empty())
    return;
  shutdown(link_.get(), SHUT_WR);
  half_closed_ = true;
}

} // namespace

int relay(const place& where, hello greeting) {
  return go_between(where, std::move(greeting)).run();
}

} // namespace troupe::cli
