#include "mcp/http_clients.hpp"

#include "mcp/http_guard.hpp"
#include "protocol/jsonrpc.hpp"

#include <algorithm>

namespace troupe::mcp {

namespace {

constexpr std::string_view session_field = "mcp-session-id";

http_answer with(http_answer answer, const http_fields& fields) {
  answer.fields.insert(answer.fields.end(), fields.begin(), fields.end());
  return answer;
}

http_answer turned_away(int status, std::string_view why) {
  return http_refusal(status, jsonrpc::invalid_request, why);
}

std::string cancellation(const std::string& id) {
  return R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":)" +
         id + "}}";
}

} // namespace

http_acts http_clients::ask(
  exchange_id by,
  const http_request& request,
  const std::string& run_token,
  http_moment now) {
  http_acts out;
  const asking a{by, request, run_token, cors_of(request.head), now};
  if (request.head.method == "GET")
    get(a, out);
  else if (request.head.method == "DELETE")
    remove(a, out);
  else
    std::visit(
      [&](const auto& post) { take(a, post, out); }, read_post(request, mirrored_));
  return settled(std::move(out));
}

/// What was answered, or has ended, waits no more.
http_acts http_clients::settled(http_acts out) {
  for (const auto& act : out)
    if (const auto* answered = std::get_if<answer_exchange>(&act))
      exchanges_.erase(answered->to);
    else if (const auto* over = std::get_if<end_stream>(&act))
      exchanges_.erase(over->to);
  return out;
}

void http_clients::take(const asking& a, const http_answer& refusal, http_acts& out) {
  out.emplace_back(answer_exchange{a.by, with(refusal, a.cors)});
}

void http_clients::take(const asking& a, const modern_post& post, http_acts& out) {
  if (post.id.empty())
    return take(a, http_answer{.status = 202, .fields = {}, .body = {}}, out);
  const auto client = ++last_client_;
  visits_[client] = {.by = a.by, .id = post.id, .cors = a.cors, .since = a.now};
  exchanges_[a.by] = client;
  out.emplace_back(client_in{client, a.run_token});
  out.emplace_back(line_in{client, a.request.body});
}

void http_clients::take(const asking& a, const legacy_post& post, http_acts& out) {
  const auto* id = find_field(a.request.head.fields, session_field);
  if (post.begins && (id == nullptr || !by_id_.contains(*id)))
    return begin(a, post, out);
  std::uint64_t client = 0;
  auto* s = find_spoken(a, client, out);
  if (s == nullptr)
    return;
  if (post.batch && s->speaks != revision::v2025_03_26)
    return take(
      a,
      turned_away(400, "batches exist in MCP 2025-03-26 only; send one message"),
      out);
  pass_on(a, client, *s, post, out);
}

void http_clients::begin(const asking& a, const legacy_post& post, http_acts& out) {
  if (sessions_.size() >= sessions_max) {
    auto busy = turned_away(
      503,
      "this server has " + std::to_string(sessions_max) +
        " sessions, its limit; end one that is no longer needed (DELETE), or try "
        "again");
    busy.fields.emplace_back("retry-after", "60");
    return take(a, busy, out);
  }
  const auto client = ++last_client_;
  auto& s = sessions_[client];
  s.id = new_id_();
  s.run_token = a.run_token;
  s.begun_by = a.by;
  s.begun_as = post.ids.front();
  s.used = a.now;
  s.streams.fields = {{std::string(session_field), s.id}};
  by_id_[s.id] = client;
  out.emplace_back(client_in{client, a.run_token});
  pass_on(a, client, s, post, out);
}

void http_clients::pass_on(
  const asking& a,
  std::uint64_t client,
  session& to,
  const legacy_post& post,
  http_acts& out) {
  const bool asks = !post.ids.empty();
  if (asks && to.streams.full())
    return take(
      a,
      turned_away(
        429,
        std::to_string(http_streams::posts_max) +
          " requests of this session are under way; wait for one to end"),
      out);
  for (const auto& id : post.ids)
    if (to.streams.is_open(id))
      return take(
        a,
        http_refusal(
          400,
          jsonrpc::invalid_request,
          "a request with this id is under way; give each request an id of its own",
          id),
        out);
  if (asks) {
    to.streams.post(a.by, post.ids, a.cors, a.now);
    exchanges_[a.by] = client;
  } else {
    take(a, http_answer{.status = 202, .fields = to.streams.fields, .body = {}}, out);
  }
  out.emplace_back(line_in{client, a.request.body});
}

/// Whose session it is not learns no more than that it is none of its own.
http_clients::session*
http_clients::find(const asking& a, std::uint64_t& client, http_acts& out) {
  const auto* id = find_field(a.request.head.fields, session_field);
  if (id == nullptr) {
    take(
      a,
      turned_away(
        400, "the header Mcp-Session-Id is missing; a session begins with initialize"),
      out);
    return nullptr;
  }
  const auto known = by_id_.find(*id);
  auto* s = known == by_id_.end() ? nullptr : &sessions_.at(known->second);
  if (s == nullptr || s->run_token != a.run_token) {
    take(
      a, turned_away(404, "there is no such session any more; begin a new one"), out);
    return nullptr;
  }
  s->used = a.now;
  client = known->second;
  return s;
}

http_clients::session*
http_clients::find_spoken(const asking& a, std::uint64_t& client, http_acts& out) {
  auto* s = find(a, client, out);
  if (s == nullptr)
    return nullptr;
  if (const auto wrong = wrong_version(a.request.head)) {
    take(a, *wrong, out);
    return nullptr;
  }
  return s;
}

void http_clients::get(const asking& a, http_acts& out) {
  std::uint64_t client = 0;
  auto* s = find_spoken(a, client, out);
  if (s == nullptr)
    return;
  exchanges_[a.by] = client;
  s->streams.get(
    a.by, find_field(a.request.head.fields, "last-event-id"), a.cors, a.now, out);
}

void http_clients::remove(const asking& a, http_acts& out) {
  std::uint64_t client = 0;
  if (find(a, client, out) == nullptr)
    return;
  take(a, http_answer{.status = 204, .fields = {}, .body = {}}, out);
  end(client, out);
}

http_acts http_clients::say(
  std::uint64_t client,
  const std::string& line,
  const std::string& about,
  http_moment now) {
  http_acts out;
  if (const auto it = visits_.find(client); it != visits_.end()) {
    say(it->second, client, line, out);
    return settled(std::move(out));
  }
  const auto it = sessions_.find(client);
  if (it == sessions_.end())
    return out;
  auto& s = it->second;
  s.used = now;
  if (!s.agreed && about == s.begun_as && look_at(line).what == outgoing::kind::answer)
    agree(client, s, line, out);
  else
    s.streams.say(line, about, now, out);
  return settled(std::move(out));
}

/// A session that did not come about leaves nothing behind.
void http_clients::agree(
  std::uint64_t client, session& s, const std::string& line, http_acts& out) {
  s.speaks = agreed_revision(line);
  s.agreed = s.speaks.has_value();
  s.streams.marks = s.agreed && *s.speaks >= revision::v2025_11_25;
  if (!s.agreed)
    s.streams.fields.clear();
  s.streams.say(line, s.begun_as, s.used, out);
  if (!s.agreed)
    end(client, out);
}

void http_clients::say(
  visit& to, std::uint64_t client, const std::string& line, http_acts& out) {
  const auto what = look_at(line);
  if (what.what == outgoing::kind::pause)
    return;
  const bool over = what.what == outgoing::kind::answer;
  if (over && !to.streams) {
    http_answer answer{
      .status = modern_status(what.code),
      .fields = {{"content-type", "application/json"}},
      .body = line};
    out.emplace_back(answer_exchange{to.by, with(std::move(answer), to.cors)});
  } else {
    if (!std::exchange(to.streams, true))
      out.emplace_back(open_stream{to.by, to.cors});
    out.emplace_back(send_events{to.by, print_event(line, {})});
    if (over)
      out.emplace_back(end_stream{to.by});
  }
  if (!over)
    return;
  visits_.erase(client);
  out.emplace_back(client_out{client});
}

http_acts http_clients::hang_up(exchange_id which, http_moment now) {
  http_acts out;
  const auto found = exchanges_.find(which);
  if (found == exchanges_.end())
    return out;
  const auto client = found->second;
  exchanges_.erase(found);
  if (const auto it = visits_.find(client); it != visits_.end()) {
    out.emplace_back(line_in{client, cancellation(it->second.id)});
    out.emplace_back(client_out{client});
    visits_.erase(it);
    return out;
  }
  const auto it = sessions_.find(client);
  if (it == sessions_.end())
    return out;
  it->second.streams.drop(which);
  it->second.used = now;
  if (!it->second.agreed && it->second.begun_by == which)
    end(client, out);
  return out;
}

http_acts http_clients::close(std::uint64_t client) {
  http_acts out;
  if (const auto it = visits_.find(client); it != visits_.end()) {
    const auto gone = http_refusal(
      500,
      jsonrpc::internal_error,
      "the server ended this request because of a fault of its own; ask again",
      it->second.id);
    if (it->second.streams)
      out.emplace_back(end_stream{it->second.by});
    else
      out.emplace_back(answer_exchange{it->second.by, with(gone, it->second.cors)});
    visits_.erase(it);
  } else if (sessions_.contains(client)) {
    end(client, out);
    std::erase_if(
      out, [](const http_act& act) { return std::holds_alternative<client_out>(act); });
  }
  return settled(std::move(out));
}

void http_clients::end(std::uint64_t client, http_acts& out) {
  auto node = sessions_.extract(client);
  if (node.empty())
    return;
  node.mapped().streams.end(turned_away(404, "the session has ended"), out);
  by_id_.erase(node.mapped().id);
  std::erase_if(exchanges_, [&](const auto& each) { return each.second == client; });
  out.emplace_back(client_out{client});
}

http_acts http_clients::tick(http_moment now) {
  http_acts out;
  std::vector<std::uint64_t> ended;
  for (auto& [client, s] : sessions_) {
    s.streams.tick(now, out);
    if (s.streams.open_exchanges() > 0)
      s.used = now;
    else if (s.used + idle <= now)
      ended.push_back(client);
  }
  for (const auto client : ended)
    end(client, out);
  for (auto& [client, v] : visits_)
    if (!v.streams && v.since + http_streams::answer_soon <= now) {
      v.streams = true;
      out.emplace_back(open_stream{v.by, v.cors});
    }
  return settled(std::move(out));
}

} // namespace troupe::mcp
