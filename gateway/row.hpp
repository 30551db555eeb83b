#pragma once

#include "actors/errors.hpp"
#include "actors/interfaces.hpp"
#include "gateway/event_pages.hpp"
#include "mcp/tool.hpp"
#include "protocol/json.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::mcp {

/// One client (gateway/session.hpp): what it says, and timers.
using session_actor = caf::typed_actor<
  caf::reacts_to<client_said>,
  caf::reacts_to<client_left>,
  caf::reacts_to<run_changed>,
  caf::reacts_to<wake>>;

/// Who asks whom. The key is the same for the same call sent again.
struct inquiry {
  session_actor::pointer self = nullptr;
  const desk* at = nullptr;
  std::shared_ptr<const caller> who;
  std::string key;
  std::chrono::milliseconds timeout{0};
};

template <class T>
using reply_to = std::function<void(result<T>)>;

/// One row of the tool table, with its types erased. `call` replies once, at once or
/// later, within the budget of the call.
struct tool_row {
  tool shown;
  std::function<void(inquiry, const json& arguments, reply_to<raw_json>)> call;
};

/// Every tool there is, in the order in which they are listed.
[[nodiscard]] const std::vector<tool_row>& tools();

/// The row of a tool that is listed.
[[nodiscard]] const tool_row& row_for(const tool& shown);

/// Says that the tool was not called, and what to change.
[[nodiscard]] error not_called(const tool_info& info, const std::string& why);

/// The error of an actor, the same way if it is about the arguments.
[[nodiscard]] error explained(const tool_info& info, error why);

/// What `Actor` answers to `Question`; ill-formed if it would not understand.
template <class Actor, class Question>
using answer_to = std::tuple_element_t<
  0,
  typename caf::response_type<typename Actor::signatures, Question>::tuple_type>;

/// Asks an actor at the desk; replies with what it answers, or with its error.
template <record Params, class Actor, class Answer = answer_to<Actor, asked<Params>>>
void ask(
  const inquiry& q,
  Actor desk::*target,
  Params params,
  reply_to<std::type_identity_t<Answer>> reply) {
  q.self
    ->request(q.at->*target, q.timeout, asked<Params>{q.who, q.key, std::move(params)})
    .then(
      [reply](const Answer& answer) { reply(answer); },
      [reply](const caf::error& e) { reply(fail(from_caf(e))); });
}

/// Bytes that the answer to these arguments may have.
template <record Params>
std::size_t budget_of(const Params& params) {
  if constexpr (requires { params.answer_bytes(); })
    return params.answer_bytes();
  else if constexpr (requires { params.max_bytes; })
    return std::clamp<std::size_t>(
      params.max_bytes, answer_bytes_min, answer_bytes_max);
  else
    return answer_bytes_default;
}

/// The text of an answer; only one that is too long is taken apart.
template <record Answer>
raw_json fitted(const Answer& answer, std::size_t bytes_max) {
  auto text = encode_text(answer);
  if (text.size() <= bytes_max)
    return {std::move(text)};
  if constexpr (std::same_as<Answer, event_page>)
    return {print_json(fit(answer, bytes_max))};
  else
    return {print_json(fit(encode(answer), bytes_max))};
}

/// Declares a tool that takes more than one question: `play` asks them.
template <record Params, record Answer, class Play>
tool_row row_of(Play play, const tool_info& info) {
  return {
    {info, lean(schema<Params>()), lean(schema<Answer>())},
    [play, info](inquiry q, const json& arguments, reply_to<raw_json> reply) {
      Params params{};
      if (const auto bad = codec<Params>::decode(arguments, params))
        return reply(fail(not_called(info, to_string(*bad))));
      q.timeout = info.timeout;
      const auto bytes_max = budget_of(params);
      play(q, std::move(params), [reply, info, bytes_max](result<Answer> answer) {
        if (!answer)
          return reply(fail(explained(info, std::move(answer.error()))));
        reply(fitted(*answer, bytes_max));
      });
    }};
}

template <record Params, record Answer>
tool_row
row(void (*play)(const inquiry&, Params, reply_to<Answer>), const tool_info& info) {
  return row_of<Params, Answer>(play, info);
}

/// Declares a tool that is one question to one actor. Does not compile unless that
/// actor answers exactly this question with a record.
template <record Params, class Actor>
requires record<answer_to<Actor, asked<Params>>>
  tool_row row(Actor desk::*target, const tool_info& info) {
  using answer = answer_to<Actor, asked<Params>>;
  return row_of<Params, answer>(
    [target](const inquiry& q, Params params, reply_to<answer> reply) {
      ask(q, target, std::move(params), std::move(reply));
    },
    info);
}

} // namespace troupe::mcp
