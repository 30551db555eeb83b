#include "io/http_connection.hpp"

#include "io/http_text.hpp"

#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <utility>

namespace troupe::io {

namespace http = boost::beast::http;
using boost::system::error_code;

http_connection::http_connection(
  std::shared_ptr<http_house> in,
  std::unique_ptr<http_wire> wire,
  std::uint64_t own,
  const std::optional<tcp_ends>& ends)
  : house_(std::move(in)), wire_(std::move(wire)), own_(own), ends_(ends) {}

http_connection::~http_connection() {
  release(unsent_.size() + writing_.size() - written_ + body_held_);
}

void http_connection::start() {
  expect(house_->limits.head_within);
  wire_->begin([self = shared_from_this()](error_code bad) {
    if (self->stage_ == stage::closed)
      return;
    if (bad)
      return self->close();
    self->stage_ = stage::idle;
    self->read();
  });
}

void http_connection::expect(std::chrono::milliseconds within) {
  due_ = clock::now() + within;
}

/// Also while an answer is awaited, so that a hang-up is seen.
void http_connection::read() {
  if (
    reading_ || stage_ == stage::closed ||
    unread_.size() >= house_->limits.ahead_bytes_max)
    return;
  reading_ = true;
  wire_->read([self = shared_from_this()](error_code bad, std::string_view bytes) {
    self->reading_ = false;
    if (self->stage_ == stage::closed)
      return;
    if (bad)
      return self->close();
    self->received(bytes);
    self->read();
  });
}

void http_connection::received(std::string_view bytes) {
  if (stage_ == stage::leaving)
    return;
  unread_.append(bytes);
  digest();
}

void http_connection::digest() {
  while (!unread_.empty() && digest_some()) {
  }
}

/// False if more has to come first, or its turn has not.
bool http_connection::digest_some() {
  if (stage_ == stage::idle) {
    stage_ = stage::head;
    expect(house_->limits.head_within);
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(house_->limits.head_bytes_max));
    parser_->body_limit(house_->limits.body_bytes_max);
  }
  if (stage_ != stage::head && stage_ != stage::body)
    return false;
  error_code bad;
  const auto taken = parser_->put(boost::asio::buffer(unread_), bad);
  unread_.erase(0, taken);
  if (bad == http::error::need_more)
    bad = {};
  if (bad) {
    refuse(status_of(bad), reason_of(bad, house_->limits));
    return false;
  }
  if (stage_ == stage::body)
    hold(taken);
  if (stage_ == stage::head && parser_->is_header_done() && !headed())
    return false;
  if (stage_ == stage::body && parser_->is_done())
    complete();
  return taken > 0 && stage_ == stage::body;
}

/// False if the request is refused.
bool http_connection::headed() {
  stage_ = stage::body;
  expect(house_->limits.body_within);
  const auto& request = parser_->get();
  if (request.version() != 11) {
    refuse(505, "this server speaks HTTP/1.1");
    return false;
  }
  head_ = head_of(request);
  if (const auto refusal = house_->to.admit(head_)) {
    refuse(*refusal);
    return false;
  }
  if (house_->held_bytes > house_->limits.held_bytes_max) {
    refuse(503, "this server holds as much as it may for others; try again later");
    return false;
  }
  parser_->eager(true);
  if (const auto* wish = find_field(head_.fields, "expect");
      wish != nullptr && !parser_->is_done())
    write(go_on);
  return true;
}

void http_connection::complete() {
  stage_ = stage::pending;
  due_.reset();
  release(std::exchange(body_held_, 0));
  auto request = parser_->release();
  last_answer_ = !request.keep_alive();
  parser_.reset();
  exchange_ = ++house_->last;
  house_->began(exchange_, own_);
  house_->to.asked(
    exchange_,
    {.head = std::exchange(head_, {}),
     .body = std::move(request.body()),
     .ends = ends_});
}

void http_connection::refuse(int status, std::string_view why) {
  refuse(refusal_of(status, why));
}

void http_connection::refuse(const http_answer& why) {
  stage_ = stage::leaving;
  last_answer_ = true;
  unread_.clear();
  parser_.reset();
  expect(house_->limits.write_within);
  write(print_answer(why, true));
}

void http_connection::answer(exchange_id to, const http_answer& what) {
  if (to != exchange_ || stage_ != stage::pending)
    return;
  exchange_ = 0;
  stage_ = last_answer_ ? stage::leaving : stage::idle;
  expect(last_answer_ ? house_->limits.write_within : house_->limits.idle);
  write(print_answer(what, last_answer_));
  digest();
  read();
}

void http_connection::open(exchange_id to, const http_fields& fields) {
  if (to != exchange_ || stage_ != stage::pending)
    return;
  stage_ = stage::streaming;
  last_answer_ = true;
  write(print_stream_head(fields));
}

void http_connection::stream(exchange_id to, std::string_view events) {
  if (to == exchange_ && stage_ == stage::streaming && !events.empty())
    write(print_chunk(events));
}

void http_connection::end(exchange_id to) {
  if (to != exchange_ || stage_ != stage::streaming)
    return;
  exchange_ = 0;
  stage_ = stage::leaving;
  expect(house_->limits.write_within);
  write(last_chunk);
}

void http_connection::write(std::string_view bytes) {
  if (stage_ == stage::closed)
    return;
  unsent_.append(bytes);
  house_->held_bytes += bytes.size();
  if (
    unsent_.size() + writing_.size() > house_->limits.unsent_bytes_max ||
    house_->held_bytes > 2 * house_->limits.held_bytes_max)
    return close();
  write_on();
}

void http_connection::write_on() {
  if (writes_ || stage_ == stage::closed)
    return;
  if (written_ == writing_.size()) {
    writing_ = std::exchange(unsent_, {});
    written_ = 0;
  }
  if (writing_.empty()) {
    write_due_.reset();
    return finish();
  }
  writes_ = true;
  if (!write_due_)
    write_due_ = clock::now() + house_->limits.write_within;
  wire_->write(
    std::string_view(writing_).substr(written_),
    [self = shared_from_this()](error_code bad, std::size_t bytes) {
      self->writes_ = false;
      if (self->stage_ == stage::closed)
        return;
      if (bad)
        return self->close();
      self->wrote(bytes);
      self->write_on();
    });
}

void http_connection::wrote(std::size_t bytes) {
  written_ += bytes;
  release(bytes);
  last_write_ = clock::now();
  write_due_ = last_write_ + house_->limits.write_within;
  if (written_ == writing_.size()) {
    writing_ = {};
    written_ = 0;
  }
}

void http_connection::hold(std::size_t bytes) {
  body_held_ += bytes;
  house_->held_bytes += bytes;
}

void http_connection::release(std::size_t bytes) {
  house_->held_bytes -= std::min(bytes, house_->held_bytes);
}

/// All is written.
void http_connection::finish() {
  if (stage_ != stage::leaving || !last_answer_)
    return;
  last_answer_ = false;
  wire_->shut();
  expect(house_->limits.linger);
}

void http_connection::close() {
  if (std::exchange(stage_, stage::closed) == stage::closed)
    return;
  wire_->close();
  due_.reset();
  write_due_.reset();
  const auto open = std::exchange(exchange_, 0);
  if (const auto house = house_; house->released)
    house->released(open, own_);
  if (open != 0)
    house_->to.left(open);
}

void http_connection::abandon() {
  if (std::exchange(stage_, stage::closed) != stage::closed)
    wire_->close();
}

void http_connection::look(clock::time_point now) {
  const auto self = shared_from_this();
  if (write_due_ && *write_due_ <= now)
    return close();
  if (due_ && *due_ <= now) {
    if (stage_ == stage::head || stage_ == stage::body)
      return refuse(408, "the request did not come in time");
    return close();
  }
  const bool silent = unsent_.empty() && writing_.empty() &&
                      last_write_ + house_->limits.keep_alive <= now;
  if (stage_ == stage::streaming && silent)
    write(print_chunk(keep_alive_comment));
}

} // namespace troupe::io
