#include "tests/actors/one_run.hpp"

namespace troupe {

json one_run::of_claude(const json& more) {
  json wanted{{"backend", "claude_code"}, {"backend_config", json::object()}};
  wanted.update(more);
  return wanted;
}

std::string one_run::working(const json& more) {
  const auto id = start(more);
  spawned(id);
  prints(json{{"type", "agent_message"}, {"text", "hello"}});
  return id;
}

void one_run::asks(const std::string& request) {
  prints(
    json{{"type", "input_required"}, {"request_id", request}, {"title", "may I?"}});
}

result<continued_run> one_run::says(const std::string& id, const json& message) {
  return answer<continued_run>(
    names, by_person<continue_run>({{"run_id", id}, {"input_message", message}}));
}

std::vector<std::string> one_run::turns_of(const std::string& id, std::uint32_t n) {
  std::vector<std::string> texts;
  const auto said = store::load_inputs(disk, id, n);
  for (const auto& each : said->inputs)
    texts.push_back((*parse_json(each.body.text))["text"]);
  return texts;
}

result<cancelled_run> one_run::cancel(const std::string& id, int wait_ms) {
  auto asked_for =
    ask(names, by_person<cancel_run>({{"run_id", id}, {"wait_ms", wait_ms}}));
  advance(ms(0));
  result<cancelled_run> got = fail(errc::internal, "unanswered");
  asked_for.receive(
    [&](cancelled_run& a) { got = a; },
    [&](caf::error& e) { got = fail(from_caf(e)); });
  return got;
}

} // namespace troupe
