#include "a2a/reply.hpp"

#include "a2a/exchange.hpp"

#include <charconv>
#include <ctime>

namespace troupe::a2a {

namespace {

constexpr std::string_view stream_type = "text/event-stream";
constexpr unsigned status_ok = 200;

} // namespace

std::optional<timestamp> retry_time(std::string_view text, timestamp now) {
  constexpr std::int64_t ms = 1000;
  constexpr std::int64_t longest_s = 7 * 24 * 3600;
  std::int64_t seconds = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty())
    return {};
  if (read.ec == std::errc() && read.ptr == text.data() + text.size()) {
    const bool is_sane = seconds >= 0 && seconds <= longest_s;
    return is_sane ? std::optional(timestamp{now.ms + seconds * ms}) : std::nullopt;
  }
  std::tm date{};
  const std::string whole(text);
  if (!::strptime(whole.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date))
    return {};
  return timestamp{static_cast<std::int64_t>(::timegm(&date)) * ms};
}

reply_reader::reply_reader(std::uint64_t id) : events_(body_bytes_max) {
  news_.id = id;
}

std::optional<web_news> reply_reader::begin(const reply_head& head) {
  news_.status = static_cast<int>(head.status);
  stream_ = head.status == status_ok && head.type.starts_with(stream_type);
  if (!stream_) {
    if (!head.location.empty())
      news_.location = head.location;
    news_.retry_at = retry_time(head.retry_after, wall_now());
    return {};
  }
  auto told = std::exchange(news_, {.id = news_.id});
  told.what = web_news_kind::opened;
  return told;
}

std::vector<web_news> reply_reader::take(std::string_view bytes) {
  std::vector<web_news> told;
  if (!stream_) {
    body_ += bytes;
    if (body_.size() > body_bytes_max)
      told.push_back(failed(web_fault::too_large, "its reply is larger than 8 MiB"));
    return told;
  }
  bool fits = events_.push(bytes);
  while (auto data = events_.next())
    told.push_back(
      {.what = web_news_kind::event, .id = news_.id, .text = std::move(data)});
  fits = fits && events_.push({});
  if (!fits)
    told.push_back(
      failed(web_fault::too_large, "one of its events is larger than 8 MiB"));
  return told;
}

web_news reply_reader::end() {
  auto last = news_;
  last.what = stream_ ? web_news_kind::end : web_news_kind::reply;
  if (!stream_)
    last.text = std::move(body_);
  return last;
}

web_news reply_reader::failed(web_fault why, std::string message) const {
  return {
    .what = web_news_kind::failed,
    .id = news_.id,
    .fault = why,
    .message = std::move(message)};
}

} // namespace troupe::a2a
