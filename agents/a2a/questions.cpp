#include "agents/a2a/questions.hpp"

namespace troupe::agents::a2a {

void questions::ask(const remote_task& task, step& out) {
  constexpr std::size_t title_max = 160;
  auto id = task.status_message();
  if (!waiting_.all().empty() && (id.empty() || waiting_.find({.request_id = id})))
    return;
  withdraw("it asks for something else", out);
  ++asked_;
  if (id.empty())
    id = "q" + std::to_string(asked_);
  const bool login = task.state() == task_state::auth_required;
  const auto words = task.status_words();
  json detail{{"task_id", task.id()}, {"parts", task.status_parts()}};
  pending_request request{
    .request_id = std::move(id),
    .kind = login ? "auth" : "question",
    .title = words.empty() ? (login ? "a login is needed" : "input is needed")
                           : one_line(words, title_max),
    .detail = {print_json(detail)},
    .options = {"answer"}};
  tell(
    out,
    login ? event_type::auth_required : event_type::input_required,
    encode(request));
  static_cast<void>(waiting_.add(std::move(request)));
}

bool questions::answered(const request_answer& given, step& out) {
  const auto* request = waiting_.find(given);
  if (!request)
    return false;
  tell_answer(*request, given, "user", out);
  waiting_.clear();
  return true;
}

void questions::withdraw(std::string_view why, step& out) {
  tell_withdrawn(waiting_, why, out);
  waiting_.clear();
}

std::string words_for(const request_answer& given) {
  auto words = given.message.value_or("");
  if (given.decision == "answer")
    return words;
  return words.empty() ? given.decision : given.decision + ": " + words;
}

} // namespace troupe::agents::a2a
