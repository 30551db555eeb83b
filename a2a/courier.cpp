#include "a2a/courier.hpp"

#include "protocol/json.hpp"

#include <algorithm>

namespace troupe::a2a {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds slowest_poll = 10s;
constexpr std::size_t shown_max = 4096; ///< Of a body that is no JSON.

/// The text of a body, as JSON if it is.
void look_at_body(web_news& news, const secrets& known) {
  if (!news.text)
    return;
  auto text = known.masked(std::move(*news.text));
  news.text.reset();
  if (const auto j = parse_json(text))
    news.body = raw_json{print_json(*j)};
  else
    news.text = to_utf8(utf8_prefix(text, shown_max));
}

boost::asio::ssl::context system_trust() {
  namespace ssl = boost::asio::ssl;
  ssl::context trust(ssl::context::tls_client);
  trust.set_default_verify_paths();
  trust.set_verify_mode(ssl::verify_peer);
  SSL_CTX_set_min_proto_version(trust.native_handle(), TLS1_2_VERSION);
  return trust;
}

} // namespace

courier::courier(
  boost::asio::io_context& on,
  int input,
  secrets known,
  std::function<void(const std::string&)> tell)
  : on_(on), input_(on, input),
    known_(std::move(known)), around_{.on = &on, .headers = known_.headers()},
    tell_(std::move(tell)), lines_(line_bytes_max) {}

void courier::start() {
  read();
}

void courier::read() {
  input_.async_read_some(
    boost::asio::buffer(piece_),
    [this](const boost::system::error_code& ended, std::size_t size) {
      if (ended)
        return leave();
      lines_.push({piece_.data(), size});
      for (line_splitter::line line{}; lines_.next(line);)
        take(line.text);
      read();
    });
}

void courier::take(std::string_view line) {
  auto request = decode_text<web_request>(line);
  if (!request)
    return;
  if (request->drop)
    drop(*request->drop);
  const auto id = request->id;
  if (request->url.empty())
    return;
  if (open_.size() == open_max || open_.contains(id))
    return refuse(id, "too many requests are open");
  const auto wait = std::chrono::milliseconds(request->after_ms);
  open_.emplace(id, errand{std::move(*request), wait, {}, {}});
  begin(id);
}

void courier::begin(std::uint64_t id) {
  auto& each = open_.at(id);
  if (each.wait == 0ms)
    return go(id);
  each.timer = std::make_shared<boost::asio::steady_timer>(on_, each.wait);
  each.timer->async_wait(
    [this, id, timer = each.timer](const boost::system::error_code& cancelled) {
      const auto found = open_.find(id);
      if (!cancelled && found != open_.end() && found->second.timer == timer)
        go(id);
    });
}

void courier::go(std::uint64_t id) {
  auto& each = open_.at(id);
  const auto to = parse_web_address(each.what.url);
  if (!to)
    return refuse(id, to.error().message);
  if (to->secure && !trust_)
    around_.trust = &trust_.emplace(system_trust());
  each.talk = make_exchange(
    around_, each.what, *to, [this](web_news news) { heard(std::move(news)); });
  const auto talk = each.talk;
  talk->start();
}

void courier::drop(std::uint64_t id) {
  const auto found = open_.find(id);
  if (found == open_.end())
    return;
  if (found->second.timer)
    found->second.timer->cancel();
  if (found->second.talk)
    found->second.talk->abandon();
  open_.erase(found);
}

void courier::heard(web_news news) {
  const auto found = open_.find(news.id);
  if (found == open_.end())
    return;
  const bool is_last = news.what == web_news_kind::reply ||
                       news.what == web_news_kind::end ||
                       news.what == web_news_kind::failed;
  if (found->second.what.poll && is_old(news)) {
    auto& wait = found->second.wait;
    wait = std::min(wait + wait / 2, slowest_poll);
    return begin(news.id);
  }
  if (is_last)
    open_.erase(found);
  say(std::move(news));
}

bool courier::is_old(const web_news& news) {
  if (news.what != web_news_kind::reply)
    return false;
  auto now = std::to_string(news.status.value_or(0)) + " " + news.text.value_or("");
  return now == std::exchange(polled_, now);
}

void courier::say(web_news news) {
  look_at_body(news, known_);
  if (news.message)
    news.message = to_utf8(known_.masked(std::move(*news.message)));
  if (news.location)
    news.location = to_utf8(known_.masked(std::move(*news.location)));
  tell_(encode_text(news));
}

void courier::refuse(std::uint64_t id, const std::string& why) {
  open_.erase(id);
  say(
    {.what = web_news_kind::failed,
     .id = id,
     .fault = web_fault::unreachable,
     .message = why});
}

void courier::leave() {
  while (!open_.empty())
    drop(open_.begin()->first);
}

} // namespace troupe::a2a
