#include "mcp/answers.hpp"

#include "mcp/calling.hpp"

namespace troupe::mcp {

namespace {

std::string call_result(revision rev, const result<raw_json>& answer) {
  std::string text = R"({"content":[{"type":"text","text":)";
  write_string(text, answer ? answer->text : answer.error().message);
  text += "}]";
  if (!answer)
    text += R"(,"isError":true)";
  else if (rev >= revision::v2025_06_18)
    text.append(R"(,"structuredContent":)").append(answer->text);
  if (rev >= modern)
    text.append(",").append(print_json(modern_result(json::object())), 1);
  else
    text += "}";
  return text;
}

std::string with_result(const json& fields, const std::string& result) {
  auto text = print_json(fields);
  text.pop_back();
  return text.append(R"(,"result":)").append(result).append("}");
}

/// A daemon that is busy does not settle what was looked at.
bool settles_nothing(const error& why) {
  return why.code == errc::busy || why.code == errc::timeout ||
         why.code == errc::unavailable;
}

std::optional<std::string>
waited_for(const answer_form& form, const result<raw_json>& answer) {
  if (answer)
    return waited_for(form.of, *answer);
  const bool polled = form.what == answer_form::as::task_state;
  return polled && settles_nothing(answer.error())
           ? std::optional(answer.error().message)
           : std::nullopt;
}

} // namespace

json modern_result(json fields, std::string_view type) {
  fields["resultType"] = type;
  fields["_meta"]["io.modelcontextprotocol/serverInfo"] = server_info(modern);
  return fields;
}

std::string
answer_text(const answer_form& form, const result<raw_json>& answer, timestamp now) {
  if (form.what == answer_form::as::result)
    return call_result(form.rev, answer);
  const bool polled = form.what == answer_form::as::task_state;
  if (auto waits = waited_for(form, answer))
    return print_json(modern_result(
      working(form.of, std::move(*waits), now), polled ? "complete" : "task"));
  const auto result = call_result(form.rev, answer);
  return polled ? with_result(modern_result(completed(form.of, now)), result) : result;
}

} // namespace troupe::mcp
