#include "mcp/conversation.hpp"

namespace troupe::mcp {

namespace {

std::string too_many_calls() {
  return "not answered: " + std::to_string(open_calls::wanted_max) +
         " calls of this client are under way. Wait for one to end, then call again.";
}

settlement busy(const request& asked) {
  if (const auto* call = std::get_if<tool_call>(&asked.what))
    return complaint{std::string(call->which->info.name) + " was " + too_many_calls()};
  return refusal{jsonrpc::internal_error, too_many_calls(), nullptr};
}

std::string failure_line(const json& id, int code, std::string_view text) {
  return print_json(jsonrpc::failure(id, code, text));
}

} // namespace

orders conversation::take(std::string_view line, timestamp now) {
  auto what = dialogue_.take(line, now);
  batch of;
  if (what.batch) {
    of = std::make_shared<batch_answers>();
    for (const auto& s : what.steps)
      of->open +=
        std::holds_alternative<drop_call>(s) || std::holds_alternative<client_reply>(s)
          ? 0
          : 1;
  }
  orders out;
  for (auto& s : what.steps)
    play(std::move(s), of, now, out);
  return out;
}

void conversation::play(step what, const batch& of, timestamp now, orders& out) {
  if (const auto* told = std::get_if<say_answer>(&what))
    tell(of, print_json(told->message), member(told->message, "id"), out);
  else if (auto* asked = std::get_if<request>(&what))
    begin(std::move(*asked), of, now, out);
  else if (const auto* dropped = std::get_if<drop_call>(&what))
    drop(dropped->id, out);
  else if (const auto* listening = std::get_if<listen>(&what))
    begin(*listening, out);
  else if (const auto* left = std::get_if<leave_off>(&what)) {
    listening_.leave_off(left->uri);
    tell(of, jsonrpc::success_text(left->id, "{}"), left->id, out);
  } else if (const auto* reply = std::get_if<client_reply>(&what))
    take_reply(*reply, out);
}

void conversation::begin(request what, const batch& of, timestamp now, orders& out) {
  const auto refuse = [&](int code, std::string_view text) {
    tell(of, failure_line(what.id, code, text), what.id, out);
  };
  if (calls_.has(what.id) || listening_.has(what.id))
    return refuse(
      jsonrpc::invalid_request,
      "a call with this id is under way; give each request an id of its own");
  if (calls_.full())
    return tell(of, line_of(what, busy(what), now), what.id, out);
  const auto* watched = std::get_if<resource_watch>(&what.what);
  if (watched && listening_.full(watched->uris.size()))
    return refuse(
      jsonrpc::internal_error,
      "Subscription limit reached: " + std::to_string(subscriptions::uris_max) +
        " resources of this client are watched; leave some off");
  auto asked = std::make_shared<const request>(std::move(what));
  const auto number = calls_.add({.asked = asked, .batch = of});
  out.push_back(work{number, std::move(asked)});
}

/// One that names no resource has nothing to be granted.
void conversation::begin(const listen& what, orders& out) {
  if (
    calls_.has(what.id) || listening_.has(what.id) ||
    listening_.full(what.uris.size())) {
    out.push_back(say{
      failure_line(
        what.id,
        jsonrpc::internal_error,
        "Subscription limit reached, or a request with this id is under way"),
      what.id});
    return;
  }
  if (what.uris.empty()) {
    listening_.add(what);
    const auto told = subscriptions::acknowledgement(what);
    out.push_back(say{print_json(told.message), told.about});
    return;
  }
  beginning_.insert_or_assign(print_json(what.id), what);
  request asked{.id = what.id, .what = resource_watch{what.uris}, .rev = modern};
  begin(std::move(asked), nullptr, {}, out);
}

void conversation::drop(const json& id, orders& out) {
  if (listening_.drop(id))
    return;
  beginning_.erase(print_json(id));
  const auto number = calls_.number_of(id);
  if (!number)
    return;
  auto* call = calls_.wanted(*number);
  for (const auto& [ours, key] : call->awaited)
    out.push_back(say{
      print_json(
        jsonrpc::notification("notifications/cancelled", {{"requestId", ours}})),
      call->asked->id});
  const auto of = call->batch;
  if (call->awaited.empty())
    calls_.drop(*number);
  else
    (void)calls_.take(*number);
  out.push_back(forget{*number});
  if (of)
    tell(of, {}, nullptr, out);
}

/// What comes too late, or was never asked for, is nothing.
void conversation::take_reply(const client_reply& what, orders& out) {
  if (!what.id.is_string())
    return;
  const auto ours = what.id.get<std::string>();
  const auto number = calls_.awaiting(ours);
  if (!number)
    return;
  auto* call = calls_.wanted(*number);
  request next = *call->asked;
  next.inputs[call->awaited.at(ours)] =
    what.outcome.is_object() ? what.outcome
                             : json{{"action", "cancel"}, {"error", what.failure}};
  call->awaited.erase(ours);
  call->asked = std::make_shared<const request>(std::move(next));
  if (call->awaited.empty())
    out.push_back(work{*number, call->asked});
}

/// Before 2026-07-28 a server asks for what it needs by requests of its own, each once:
/// who has given nothing of use would be asked for ever.
void conversation::ask_client(
  std::uint64_t number, needs what, timestamp now, orders& out) {
  auto* call = calls_.wanted(number);
  request next = *call->asked;
  next.state = std::move(what.state);
  for (const auto& [key, each] : what.requests.items()) {
    if (next.inputs.contains(key))
      continue;
    const auto ours = "server-" + std::to_string(++asked_);
    call->awaited.emplace(ours, key);
    out.push_back(say{
      print_json(jsonrpc::request(
        ours, member(each, "method").get<std::string>(), member(each, "params"))),
      next.id});
  }
  call->asked = std::make_shared<const request>(std::move(next));
  if (call->awaited.empty())
    answer_with(
      number,
      refusal{
        jsonrpc::invalid_params,
        "what the client gave cannot be used: " +
          one_line(print_json(what.requests), 200),
        nullptr},
      now,
      out);
}

orders conversation::settle(std::uint64_t number, settlement what, timestamp now) {
  orders out;
  const auto* call = calls_.wanted(number);
  if (call == nullptr) {
    (void)calls_.take(number);
    return out;
  }
  auto* wanting = std::get_if<needs>(&what);
  if (
    wanting && call->asked->rev < modern && !wanting->requests.empty() &&
    unable(call->asked->client, *wanting).is_null())
    ask_client(number, std::move(*wanting), now, out);
  else
    answer_with(number, what, now, out);
  return out;
}

void conversation::answer_with(
  std::uint64_t number, const settlement& what, timestamp now, orders& out) {
  const auto call = calls_.take(number);
  if (const auto* some = std::get_if<granted>(&what))
    return watch(*call->asked, *some, call->batch, out);
  beginning_.erase(print_json(call->asked->id));
  tell(call->batch, line_of(*call->asked, what, now), call->asked->id, out);
}

void conversation::watch(
  const request& asked, const granted& what, const batch& of, orders& out) {
  if (asked.rev < modern) {
    for (const auto& uri : what.uris)
      listening_.watch(uri);
    return tell(of, jsonrpc::success_text(asked.id, "{}"), asked.id, out);
  }
  const auto node = beginning_.extract(print_json(asked.id));
  if (node.empty())
    return;
  auto begun = node.mapped();
  begun.uris = what.uris;
  const auto told = subscriptions::acknowledgement(begun);
  listening_.add(std::move(begun));
  out.push_back(say{print_json(told.message), told.about});
}

std::string conversation::line_of(
  const request& asked, const settlement& what, timestamp now) const {
  const auto* wanting = std::get_if<needs>(&what);
  if (!wanting || !unable(asked.client, *wanting).is_null() || asked.rev < modern)
    return answer_line(*terms_.offered, asked, what);
  std::string state;
  const bool anything = !wanting->state.is_null() || !asked.inputs.empty();
  if (anything && terms_.seals)
    state = terms_.seals->closed(
      {{"inputs", asked.inputs}, {"state", wanting->state}},
      purpose_of(asked, terms_.principal),
      {now.ms + std::chrono::milliseconds(round_time).count()});
  return needs_line(*terms_.offered, asked, *wanting, std::move(state));
}

/// Says a line, or lays it to those of its batch; empty if there is none to give.
void conversation::tell(
  const batch& of, std::string line, const json& about, orders& out) {
  if (!of) {
    if (!line.empty())
      out.push_back(say{std::move(line), about});
    return;
  }
  if (!line.empty())
    of->list.push_back({std::move(line)});
  if (--of->open == 0 && !of->list.empty())
    out.push_back(say{encode_text(of->list), about});
}

void conversation::hang_up() {
  for (const auto number : calls_.awaiting())
    (void)calls_.take(number);
}

} // namespace troupe::mcp
