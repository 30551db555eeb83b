#include "mcp/http_streams.hpp"

#include "mcp/http_guard.hpp"
#include "protocol/jsonrpc.hpp"

#include <algorithm>

namespace troupe::mcp {

namespace {

http_fields both(http_fields fields, const http_fields& more) {
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

http_answer beside(http_answer answer, const http_fields& fields) {
  answer.fields.insert(answer.fields.end(), fields.begin(), fields.end());
  return answer;
}

} // namespace

bool http_streams::full() const {
  return std::ranges::count_if(posts_, [](const auto& each) {
           return !each.second.done;
         }) >= static_cast<std::ptrdiff_t>(posts_max);
}

bool http_streams::is_open(const std::string& id) const {
  return std::ranges::any_of(posts_, [&](const auto& each) {
    return !each.second.done &&
           std::ranges::find(each.second.ids, id) != each.second.ids.end();
  });
}

http_streams::stream* http_streams::find_about(const std::string& about) {
  if (about.empty())
    return &loose_;
  const auto it = std::ranges::find_if(posts_, [&](const auto& each) {
    return !each.second.done &&
           std::ranges::find(each.second.ids, about) != each.second.ids.end();
  });
  return it == posts_.end() ? nullptr : &it->second;
}

http_streams::stream* http_streams::find_number(std::uint64_t number) {
  if (number == 0)
    return &loose_;
  const auto it = posts_.find(number);
  return it == posts_.end() ? nullptr : &it->second;
}

void http_streams::post(
  exchange_id by,
  const std::vector<std::string>& ids,
  const http_fields& cors,
  http_moment now) {
  const auto number = ++last_stream_;
  posts_[number] = {
    .number = number, .shown_by = by, .cors = cors, .ids = ids, .since = now};
}

void http_streams::get(
  exchange_id by,
  const std::string* after,
  const http_fields& cors,
  http_moment now,
  http_acts& out) {
  const auto refuse = [&](int status, std::string_view why) {
    out.emplace_back(answer_exchange{
      by, beside(http_refusal(status, jsonrpc::invalid_request, why), cors)});
  };
  if (after != nullptr) {
    const auto place = read_event_place(*after);
    const auto* meant = place ? find_number(place->stream) : nullptr;
    if (
      meant == nullptr || place->number > last_event_ || place->number < meant->lost ||
      (meant->number != 0 && !meant->streams))
      return refuse(
        400,
        "Last-Event-ID: no event of a stream that is kept; its end was seen, or it was "
        "too long ago. Ask again what is missing");
    return resume(by, *place, cors, now, out);
  }
  if (loose_.shown_by != 0)
    return refuse(409, "the session has this stream already; close that first");
  loose_.streams = true;
  show(loose_, by, cors, out);
  for (auto& each : kept_)
    if (each.at.stream == 0 && !std::exchange(each.shown, true))
      out.emplace_back(send_events{by, each.text});
  mark(loose_, 0, now, out);
}

/// Whoever shows it now is shown no more: it may be long gone without our knowing.
void http_streams::resume(
  exchange_id by,
  const event_place& after,
  const http_fields& cors,
  http_moment now,
  http_acts& out) {
  auto& s = *find_number(after.stream);
  if (const auto before = std::exchange(s.shown_by, 0); before != 0)
    out.emplace_back(end_stream{before});
  s.streams = true;
  show(s, by, cors, out);
  for (auto& each : kept_)
    if (each.at.stream == s.number && each.at.number > after.number) {
      each.shown = true;
      out.emplace_back(send_events{by, each.text});
    }
  s.since = now;
  if (!s.done)
    return;
  out.emplace_back(end_stream{by});
  s.shown_by = 0;
}

void http_streams::show(
  stream& s, exchange_id by, const http_fields& cors, http_acts& out) {
  s.shown_by = by;
  s.cors = cors;
  out.emplace_back(open_stream{by, both(fields, cors)});
}

void http_streams::begin_events(stream& s, http_moment now, http_acts& out) {
  if (s.number == 0 || std::exchange(s.streams, true))
    return;
  if (s.shown_by != 0)
    out.emplace_back(open_stream{s.shown_by, both(fields, s.cors)});
  mark(s, 0, now, out);
}

void http_streams::mark(stream& s, int retry_ms, http_moment now, http_acts& out) {
  if (!marks)
    return;
  const event_place at{s.number, last_event_ + 1};
  keep(s, print_mark(at, retry_ms), now, out);
}

void http_streams::keep(stream& s, std::string text, http_moment now, http_acts& out) {
  const event_place at{s.number, ++last_event_};
  if (s.shown_by != 0)
    out.emplace_back(send_events{s.shown_by, text});
  kept_bytes_ += text.size();
  kept_.push_back({at, std::move(text), s.shown_by != 0, now});
  while (kept_.size() > kept_events_max ||
         (kept_bytes_ > kept_bytes_max && kept_.size() > 1))
    forget_first();
}

void http_streams::forget_first() {
  const auto& first = kept_.front();
  if (auto* s = find_number(first.at.stream))
    s->lost = first.at.number;
  kept_bytes_ -= first.text.size();
  kept_.pop_front();
}

void http_streams::forget_done() {
  const auto is_done = [](const auto& each) { return each.second.done; };
  if (std::ranges::count_if(posts_, is_done) > static_cast<std::ptrdiff_t>(posts_max))
    posts_.erase(std::ranges::find_if(posts_, is_done));
}

void http_streams::say(
  const std::string& line, const std::string& about, http_moment now, http_acts& out) {
  auto* s = find_about(about);
  if (s == nullptr)
    return;
  const auto what = look_at(line);
  if (what.what == outgoing::kind::answer && s->number != 0)
    return answer(*s, line, now, out);
  if (what.what == outgoing::kind::pause) {
    if (s->number == 0 || !marks)
      return;
    begin_events(*s, now, out);
    mark(*s, what.retry_ms, now, out);
    if (const auto shown = std::exchange(s->shown_by, 0); shown != 0)
      out.emplace_back(end_stream{shown});
    return;
  }
  begin_events(*s, now, out);
  keep(*s, print_event(line, event_place{s->number, last_event_ + 1}), now, out);
}

void http_streams::answer(
  stream& s, const std::string& line, http_moment now, http_acts& out) {
  if (!s.streams) {
    if (s.shown_by != 0)
      out.emplace_back(answer_exchange{
        s.shown_by,
        {.status = 200,
         .fields = both(both({{"content-type", "application/json"}}, fields), s.cors),
         .body = line}});
    posts_.erase(s.number);
    return;
  }
  keep(s, print_event(line, event_place{s.number, last_event_ + 1}), now, out);
  s.done = true;
  s.since = now;
  if (const auto shown = std::exchange(s.shown_by, 0); shown != 0)
    out.emplace_back(end_stream{shown});
  forget_done();
}

void http_streams::drop(exchange_id which) {
  if (loose_.shown_by == which)
    loose_.shown_by = 0;
  for (auto& [number, s] : posts_)
    if (s.shown_by == which)
      s.shown_by = 0;
}

void http_streams::end(const http_answer& why, http_acts& out) {
  if (loose_.shown_by != 0)
    out.emplace_back(end_stream{std::exchange(loose_.shown_by, 0)});
  for (auto& [number, s] : std::exchange(posts_, {}))
    if (s.shown_by != 0 && s.streams)
      out.emplace_back(end_stream{s.shown_by});
    else if (s.shown_by != 0)
      out.emplace_back(answer_exchange{s.shown_by, beside(why, s.cors)});
  kept_.clear();
  kept_bytes_ = 0;
}

void http_streams::tick(http_moment now, http_acts& out) {
  for (auto& [number, s] : posts_)
    if (!s.streams && s.shown_by != 0 && s.since + answer_soon <= now)
      begin_events(s, now, out);
  forget_old(now);
}

void http_streams::forget_old(http_moment now) {
  while (!kept_.empty() && kept_.front().since + kept_for <= now)
    forget_first();
  std::erase_if(posts_, [&](const auto& each) {
    return each.second.done && each.second.since + kept_for <= now;
  });
}

std::size_t http_streams::open_exchanges() const {
  return static_cast<std::size_t>(loose_.shown_by != 0) +
         static_cast<std::size_t>(std::ranges::count_if(
           posts_, [](const auto& each) { return each.second.shown_by != 0; }));
}

} // namespace troupe::mcp
