#include "io/connection.hpp"

#include <algorithm>

namespace troupe::io {

connection::connection(
  boost::asio::io_context& on,
  descriptor socket,
  client_id own,
  std::shared_ptr<const client_events> to,
  std::function<void(client_id)> released)
  : channel(on, std::move(socket), 0), own_(own), to_(std::move(to)),
    released_(std::move(released)), lines_(clients::line_bytes_max), patience_(on) {}

void connection::join(peer who) {
  if (!open())
    return release();
  to_->joined(own_, std::move(who));
  receive();
}

void connection::tell(std::string line) {
  if (finishing_)
    return;
  const auto added = line.size() + 1;
  if (unsent_bytes() + added > clients::unsent_bytes_max)
    write();
  if (unsent_bytes() + added <= clients::unsent_bytes_max)
    return send(std::move(line));
  if (!left_)
    leave("did not read its answers");
  release();
}

void connection::acknowledge(int lines) {
  in_flight_ = std::max(0, in_flight_ - lines);
  deliver();
}

void connection::finish() {
  if (std::exchange(finishing_, true))
    return;
  if (unsent_bytes() == 0)
    release();
  else
    linger();
}

void connection::abandon() {
  released_ = nullptr;
  release();
}

void connection::received(std::string_view bytes, std::vector<descriptor>) {
  lines_.push(bytes);
  deliver();
}

void connection::ended(std::string why) {
  ended_ = broke_.value_or(std::move(why));
  deliver();
}

void connection::broken(std::string why) {
  if (left_ || finishing_)
    return release();
  broke_ = std::move(why);
}

void connection::flushed() {
  if (finishing_)
    release();
}

void connection::hung_up() {
  release();
}

void connection::deliver() {
  line_splitter::line next{};
  while (open() && !finishing_ && !left_ && in_flight_ < clients::lines_in_flight &&
         lines_.next(next)) {
    ++in_flight_;
    to_->said(own_, std::string(next.text), next.cut);
  }
  if (!open() || finishing_ || left_ || in_flight_ >= clients::lines_in_flight)
    return;
  if (!ended_)
    return receive();
  leave(*ended_);
  if (broke_)
    release();
  else
    linger();
}

void connection::leave(const std::string& why) {
  left_ = true;
  to_->left(own_, why);
}

void connection::linger() {
  if (!open())
    return;
  patience_.expires_after(clients::linger);
  patience_.async_wait([self = shared_from_this(), this](boost::system::error_code ec) {
    if (!ec)
      release();
  });
  await_hang_up();
}

void connection::release() {
  close();
  patience_.cancel();
  if (const auto told = std::exchange(released_, nullptr))
    told(own_);
}

} // namespace troupe::io
