#include "actors/registry.hpp"

#include "actors/bounds.hpp"
#include "actors/errors.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

/// The REGISTRY finds whom a message is for and who has sent it; the POST has the rest.
namespace troupe {

namespace {

error not_there() {
  return {errc::refused, "the run that asks is not known any more"};
}

error no_post() {
  return {errc::unavailable, "the daemon has just started; try again shortly"};
}

bool is_called(const run_brief& run, const fetch_agent_messages& what) {
  return !what.agent_name || *what.agent_name == run.run_id ||
         (*what.agent_name == run.agent_name && is_at(run, what.cwd));
}

} // namespace

caf::result<agent_page> registry_state::agents(const asked<list_agents>& question) {
  if (auto wrong = out_of_bounds(question.what))
    return to_caf(std::move(*wrong));
  return roll_.agents(*question.who, question.what);
}

caf::result<sent_message>
registry_state::send_message(const asked<send_agent_message>& question) {
  const auto& [who, key, what] = question;
  if (!post_)
    return to_caf(no_post());
  const auto to = roll_.addressee(*who, what.to_agent_name, what.cwd);
  if (!to)
    return to_caf(to.error());
  const auto& run = **to;
  post_letter order{.question = question, .to = run, .from = {}};
  if (who->run_id) {
    const auto* from = roll_.find(*who->run_id);
    if (!from)
      return to_caf(not_there());
    order.from = *from;
  }
  if (what.priority == message_priority::interrupt && !roll_.may_see(*who, run))
    return to_caf(error{
      errc::refused,
      "priority: an agent may interrupt only agents it started; send it as next_turn"});
  return self_->delegate(post_, std::move(order));
}

caf::result<message_page>
registry_state::fetch_messages(const asked<fetch_agent_messages>& question) {
  const auto& [who, key, what] = question;
  if (!post_)
    return to_caf(no_post());
  if (auto wrong = out_of_bounds(what))
    return to_caf(std::move(*wrong));
  const auto* me = who->run_id ? roll_.find(*who->run_id) : nullptr;
  if (who->run_id && !me)
    return to_caf(not_there());
  if (!me && !what.agent_name)
    return to_caf(
      error{errc::invalid_argument, "agent_name: required; a person has no inbox"});
  read_inbox look{.who = who, .what = what, .of = {}, .is_own = false, .from = {}};
  if (me && is_called(*me, what)) {
    look.of = *me;
    look.is_own = true;
    return self_->delegate(post_, std::move(look));
  }
  const auto of = roll_.addressee(*who, *what.agent_name, what.cwd);
  if (!of)
    return to_caf(of.error());
  look.of = **of;
  if (!roll_.may_see(*who, look.of))
    look.from = me->session_id;
  return self_->delegate(post_, std::move(look));
}

void registry_state::stop(const stop_waiting& who) {
  if (post_)
    self_->send(post_, who);
}

} // namespace troupe
