#include "gateway/serving.hpp"

#include "gateway/completing.hpp"
#include "gateway/eliciting.hpp"
#include "gateway/placing.hpp"
#include "gateway/prompts.hpp"
#include "gateway/resources.hpp"
#include "gateway/tasks.hpp"

namespace troupe::mcp {

namespace {

settlement told(const result<raw_json>& given) {
  if (!given)
    return complaint{given.error().message};
  return tool_data{*given};
}

/// A daemon that is busy does not settle what was looked at.
bool settles_nothing(const error& why) {
  return why.code == errc::busy || why.code == errc::timeout ||
         why.code == errc::unavailable;
}

struct server {
  const guest& who;
  const request& asked;
  settle_with reply;

  void operator()(const tool_call& call) const {
    if (asks_its_person(who, asked))
      return wait_asking(who, asked, reply);
    if (lacks_place(who, asked))
      return asked.inputs.empty() ? reply(ask_for_roots())
                                  : begin({call.which, placed(asked, call)});
    begin(call);
  }

  void operator()(const task_look& look) const {
    const auto found = read_task(look.id, who.offered->tools);
    if (!found)
      return reply(no_task());
    row_for(*found->which)
      .call(
        who.as,
        at_once(found->arguments),
        [reply = reply, of = *found, outside = who.outside](
          const result<raw_json>& given) {
          reply(state_of(of, given, outside->wall()));
        });
  }

  /// It asks for nothing, and holds nothing that would have to be given up.
  void operator()(const task_update& of) const { leave(of.id); }
  void operator()(const task_cancel& of) const { leave(of.id); }

  void operator()(const resource_list& list) const { list_resources(who, list, reply); }
  void operator()(const resource_read& read) const {
    read_resource(who, read.uri, reply);
  }
  void operator()(const resource_watch& watch) const { grant_watch(who, watch, reply); }
  void operator()(const prompt_get& get) const { get_prompt(who, get, reply); }
  void operator()(const completion& word) const { complete(who, word, reply); }

private:
  /// A client that can look at a task later is not kept waiting.
  void begin(const tool_call& call) const {
    const auto& row = row_for(*call.which);
    auto of = call.arguments;
    of.erase("wait_ms");
    const task leave{call.which, std::move(of), who.outside->wall()};
    if (!asked.client.tasks || !can_be_task(*call.which) || id_of(leave).empty())
      return row.call(
        who.as, call.arguments, [reply = reply](const result<raw_json>& given) {
          reply(told(given));
        });
    row.call(
      who.as,
      at_once(call.arguments),
      [reply = reply, leave](const result<raw_json>& given) {
        auto waits = given ? waited_for(leave, *given) : std::nullopt;
        if (waits)
          return reply(task_begun{working(leave, std::move(*waits), leave.since)});
        reply(told(given));
      });
  }

  static refusal no_task() {
    return {
      jsonrpc::invalid_params,
      "taskId: no task of this server; tasks are what tools/call answers",
      nullptr};
  }

  static settlement
  state_of(const task& of, const result<raw_json>& given, timestamp now) {
    if (!given && settles_nothing(given.error()))
      return task_told{working(of, given.error().message, now), {}};
    if (auto waits = given ? waited_for(of, *given) : std::nullopt)
      return task_told{working(of, std::move(*waits), now), {}};
    if (!given)
      return task_told{completed(of, now), complaint{given.error().message}};
    return task_told{completed(of, now), tool_data{*given}};
  }

  void leave(const std::string& id) const {
    reply(
      read_task(id, who.offered->tools) ? settlement(result_fields{})
                                        : settlement(no_task()));
  }
};

} // namespace

void serve(const guest& who, const request& asked, settle_with reply) {
  std::visit(server{who, asked, std::move(reply)}, asked.what);
}

} // namespace troupe::mcp
