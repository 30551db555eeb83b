#include "agents/turns.hpp"

#include "agents/agent_line.hpp"

namespace troupe::agents {

namespace {

std::size_t size_of(const agent_message& said) {
  std::size_t bytes = 0;
  for (const auto& part : said.parts)
    bytes += part_text(part).size() +
             (part.bytes_base64 ? part.bytes_base64->size() : std::size_t{0});
  return bytes;
}

} // namespace

bool waiting_turns::push(agent_message said) {
  if (full())
    return false;
  bytes_ += size_of(said);
  waiting_.push_back(std::move(said));
  return true;
}

std::optional<agent_message> waiting_turns::pop() {
  if (waiting_.empty())
    return {};
  auto said = std::move(waiting_.front());
  waiting_.pop_front();
  bytes_ -= size_of(said);
  return said;
}

exit_reason end_without_result(
  const process_end& how, bool asked, bool said_anything, std::string_view otherwise) {
  exit_reason reason{
    .reason = exit_kind::lost,
    .detail = last_line(how.stderr_tail),
    .code = how.code,
    .signal = how.signal};
  if (how.code == 0 && !asked)
    reason.reason = exit_kind::completed;
  else if (how.code == 1 && !said_anything && !reason.detail.empty())
    reason.reason = exit_kind::agent_error;
  else if (how.signal || how.code)
    reason.reason = exit_kind::crashed;
  if (reason.detail.empty() && reason.reason != exit_kind::completed)
    reason.detail = otherwise;
  return reason;
}

exit_reason session_lost(std::string_view session, std::string_view why) {
  return {
    .reason = exit_kind::protocol_error,
    .detail = "session " + std::string(session) + " " + std::string(why) +
              "; start with session_mode new",
    .session_lost = true};
}

opening_turn opening_of(const agent_input& said) {
  const auto body = parse_json(said.body.text).value_or(json::object());
  const json prompt{
    {"text", member(body, "prompt")}, {"parts", member(body, "prompt_parts")}};
  return {
    .said = turn_message(said),
    .prompt = turn_message({.body = {print_json(prompt)}}),
    .notice = flag_in(body, "notice"),
    .begins = flag_in(body, "begins")};
}

json added_turn(const agent_message& message) {
  json data{{"role", "user"}, {"text", prompt_text(message)}};
  if (auto files = files_in(message); !files.empty())
    data["files"] = std::move(files);
  return data;
}

bool turn_adapter::take_in(
  const agent_input& said, const agent_message& message, bool waits, step& out) {
  if (waits && !waiting_.push(message)) {
    warn(out, "turn_refused", {{"message", "too many turns wait"}});
    return false;
  }
  const bool first = !std::exchange(began_, true);
  if (!first && !is_carried(said)) {
    auto data = added_turn(message);
    if (waits)
      data["waits"] = true;
    tell(out, event_type::message_added, data);
  }
  if (waits && interrupts(said))
    interrupt(out);
  return !waits;
}

} // namespace troupe::agents
