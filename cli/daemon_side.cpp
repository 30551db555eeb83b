#include "cli/daemon_side.hpp"

#include "protocol/identity.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace troupe::cli {

namespace {

constexpr std::size_t line_bytes_max = 64 * 1024 * 1024;
constexpr std::size_t read_bytes = 64 * 1024;

} // namespace

std::string whole(const line_splitter::line& line) {
  std::string text(line.text);
  if (line.bytes > text.size())
    text += '\r';
  return text;
}

daemon_side::daemon_side(const place& where, hello greeting, outbox* client)
  : greeting_(std::move(greeting)), client_(client), dialer_(where),
    lines_(line_bytes_max) {}

void daemon_side::begin(clock::time_point now) {
  dialer_.begin(now, true);
  dial(now);
}

bool daemon_side::may_take() const {
  return state_ == state::open ? !to_daemon_.full() : known_ && !is_needed();
}

std::array<pollfd, 2> daemon_side::wants() const {
  const bool listen = !client_->full();
  const bool speak = !to_daemon_.empty();
  const auto what = (listen ? POLLIN : 0) | (speak ? POLLOUT : 0);
  return {
    {{what != 0 ? link_.get() : -1, static_cast<short>(what), 0},
     {dialer_.fd(), POLLIN, 0}}};
}

daemon_side::clock::time_point daemon_side::due() const {
  const auto end = farewell_.due(ledger_.unanswered());
  return state_ == state::dialing ? std::min(end, dialer_.due()) : end;
}

void daemon_side::turn(const std::array<pollfd, 2>& ready, clock::time_point now) {
  const auto on_link = link_ && ready[0].fd == link_.get() ? ready[0].revents : 0;
  if ((on_link & POLLOUT) != 0)
    talk();
  if ((on_link & (POLLIN | POLLHUP | POLLERR)) != 0 && !client_->full())
    hear(now);
  if (state_ == state::dialing && (ready[1].revents != 0 || now >= dialer_.due()))
    dial(now);
}

void daemon_side::speak() {
  talk();
  half_close();
}

bool daemon_side::over(clock::time_point now) const {
  if (!farewell_.begun())
    return false;
  const bool alone = state_ == state::lost || state_ == state::dialing;
  return (alone && !is_needed()) || now >= farewell_.due(ledger_.unanswered());
}

void daemon_side::dial(clock::time_point now) {
  switch (dialer_.step(now, !known_ || is_needed())) {
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

void daemon_side::give_up(const std::string& why) {
  dprintf(STDERR_FILENO, "troupe mcp: %s\n", why.c_str());
  tell(ledger_.give_up(why));
  for (const auto& line : std::exchange(held_, {}))
    if (!peek(line))
      tell({print_json(jsonrpc::failure(nullptr, jsonrpc::internal_error, why))});
}

void daemon_side::connected() {
  ever_connected_ = true;
  link_ = dialer_.take();
  half_closed_ = false;
  to_daemon_.retarget(link_.get());
  lines_ = line_splitter(line_bytes_max);
  tell(ledger_.unkept());
  to_daemon_.add_line(encode_text(greeting_));
  for (const auto& line : ledger_.opening())
    to_daemon_.add_line(line);
  state_ = state::opening;
  if (!ledger_.opening_unanswered())
    opened();
  talk();
}

void daemon_side::opened() {
  state_ = state::open;
  for (const auto& line : ledger_.rest())
    to_daemon_.add_line(line);
  for (const auto& line : std::exchange(held_, {}))
    to_daemon_.add_line(line);
}

void daemon_side::lose(clock::time_point now) {
  link_.reset();
  to_daemon_.retarget(-1);
  if (farewell_.begun() && !is_needed()) {
    state_ = state::lost;
    return;
  }
  state_ = state::dialing;
  dialer_.again(now);
}

/// What the daemon was told is done, but its answers are nobody's: they are left to it,
/// as by a client that has ended.
void daemon_side::begin_anew(clock::time_point now) {
  talk();
  greeting_.relay = new_uuid();
  ledger_ = ledger();
  held_.clear();
  if (!link_)
    return;
  link_.reset();
  to_daemon_.retarget(-1);
  state_ = state::dialing;
  dialer_.begin(now, true);
}

void daemon_side::take(const line_splitter::line& line, clock::time_point now) {
  if (ledger_.begins_anew(line.text))
    begin_anew(now);
  const bool remembered = ledger_.client_said(line.text);
  if (state_ == state::open)
    return to_daemon_.add_line(whole(line));
  const bool moot = state_ == state::lost && peek(line.text);
  if (!remembered && !moot && !line.text.empty())
    held_.push_back(whole(line));
  if (is_needed() && state_ != state::opening)
    need(now);
}

void daemon_side::need(clock::time_point now) {
  if (state_ == state::lost) {
    dialer_.begin(now, true);
    state_ = state::dialing;
  }
  dialer_.hurry(now);
}

void daemon_side::hear(clock::time_point now) {
  std::array<char, read_bytes> bytes;
  const auto n = recv(link_.get(), bytes.data(), bytes.size(), 0);
  if (n < 0 && (errno == EINTR || errno == EAGAIN))
    return;
  if (n <= 0)
    return lose(now);
  lines_.push({bytes.data(), static_cast<std::size_t>(n)});
  line_splitter::line line;
  while (lines_.next(line))
    heard(line, now);
  talk();
}

void daemon_side::heard(const line_splitter::line& line, clock::time_point now) {
  if (line.cut) {
    dprintf(STDERR_FILENO, "troupe mcp: a line of %zu bytes was dropped\n", line.bytes);
    return;
  }
  if (ledger_.daemon_said(line.text))
    client_->add_line(whole(line));
  if (!ledger_.answered())
    return;
  dialer_.heard();
  farewell_.answered(now);
  if (state_ == state::opening && !ledger_.opening_unanswered())
    opened();
}

void daemon_side::tell(const std::vector<std::string>& lines) {
  for (const auto& line : lines)
    client_->add_line(line);
}

/// A daemon that is gone is noticed by reading, after what it said last.
void daemon_side::talk() {
  if (!to_daemon_.flush())
    to_daemon_.retarget(-1);
}

void daemon_side::half_close() {
  if (
    !farewell_.begun() || half_closed_ || state_ != state::open || !to_daemon_.empty())
    return;
  shutdown(link_.get(), SHUT_WR);
  half_closed_ = true;
}

} // namespace troupe::cli
