#include "io/keeper_link.hpp"

#include "io/channel.hpp"
#include "keeper/wire.hpp"
#include "protocol/lines.hpp"

#include <deque>

namespace troupe::io {

struct keeper_link::state final : channel {
  state(loop& on, descriptor socket, std::uint64_t own_epoch, events events_to)
    : channel(on.context(), std::move(socket), descriptors_max), epoch(own_epoch),
      to(std::move(events_to)), lines(line_bytes_max) {}

  void listen();
  void order(std::string line);
  void lose(const std::string& why);
  void end();

  void received(std::string_view bytes, std::vector<descriptor> beside) override;
  void ended(std::string why) override;
  void broken(std::string why) override;

  void read(const line_splitter::line& line);
  void report(keeper::report what, std::vector<descriptor> beside);
  std::vector<descriptor> claim(std::uint64_t end_offset);

  struct arrival {
    std::uint64_t end_offset; ///< Of the receive it came with, in the stream.
    descriptor fd;
  };

  std::uint64_t epoch;
  events to;
  line_splitter lines;
  std::uint64_t received_bytes = 0;
  std::deque<arrival> unclaimed;
  std::string broke;
  bool over = false;
};

void keeper_link::state::listen() {
  if (over)
    return;
  if (open())
    receive();
  else
    lose("the keeper's socket cannot be waited for");
}

void keeper_link::state::order(std::string line) {
  const auto added = line.size() + 1;
  if (unsent_bytes() + added > unsent_bytes_max)
    write();
  if (unsent_bytes() + added > unsent_bytes_max)
    return lose("the keeper does not read its orders");
  send(std::move(line));
}

void keeper_link::state::lose(const std::string& why) {
  if (over)
    return;
  end();
  to.lost(why);
}

void keeper_link::state::end() {
  over = true;
  close();
  unclaimed.clear();
}

void keeper_link::state::received(
  std::string_view bytes, std::vector<descriptor> beside) {
  received_bytes += bytes.size();
  for (auto& fd : beside)
    if (unclaimed.size() < descriptors_max)
      unclaimed.push_back({received_bytes, std::move(fd)});
  lines.push(bytes);
  line_splitter::line next{};
  while (!over && lines.next(next))
    read(next);
  receive();
}

void keeper_link::state::ended(std::string why) {
  lose("the keeper's socket " + (broke.empty() ? why : broke));
}

void keeper_link::state::broken(std::string why) {
  broke = std::move(why);
}

std::vector<descriptor> keeper_link::state::claim(std::uint64_t end_offset) {
  std::vector<descriptor> own;
  while (!unclaimed.empty() && unclaimed.front().end_offset <= end_offset) {
    own.push_back(std::move(unclaimed.front().fd));
    unclaimed.pop_front();
  }
  return own;
}

void keeper_link::state::read(const line_splitter::line& line) {
  auto beside = claim(line.end_offset);
  if (line.cut)
    return lose(
      "the keeper sent a line of " + std::to_string(line.bytes) +
      " bytes, which is more than a report can be");
  auto what = keeper::read_report(line.text);
  if (!what)
    return lose("the keeper sent what is no report: " + what.error().message);
  if (const auto* ping = std::get_if<keeper::ping_report>(&*what))
    return order(keeper::print(keeper::pong_order{ping->n}, epoch));
  report(std::move(*what), std::move(beside));
}

void keeper_link::state::report(keeper::report what, std::vector<descriptor> beside) {
  const auto* spawned = std::get_if<keeper::spawned_report>(&what);
  if (spawned == nullptr || spawned->refusal)
    beside.clear();
  to.reported(std::move(what), std::move(beside));
}

keeper_link::keeper_link(loop& on, int fd, std::uint64_t epoch, events to)
  : on_(on), epoch_(epoch),
    state_(std::make_shared<state>(on, descriptor(fd), epoch, std::move(to))) {
  on_.post([state = state_] { state->listen(); });
}

keeper_link::~keeper_link() {
  on_.perform([this] { state_->end(); });
}

void keeper_link::send(keeper::order what) {
  on_.post([state = state_, line = keeper::print(what, epoch_)]() mutable {
    if (!state->over)
      state->order(std::move(line));
  });
}

} // namespace troupe::io
