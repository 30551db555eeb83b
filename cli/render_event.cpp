#include "cli/render.hpp"

#include "protocol/events.hpp"

#include <algorithm>
#include <string>

namespace troupe::cli {

namespace {

constexpr std::size_t output_lines_max = 12;

/// The first of these members that says something, as text.
std::string said(const json& data, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const auto it = data.find(name);
    if (it == data.end() || it->is_null())
      continue;
    auto text = it->is_string() ? it->get<std::string>() : print_json(*it);
    if (!text.empty())
      return text;
  }
  return {};
}

bool is_true(const json& data, const char* name) {
  const auto it = data.find(name);
  return it != data.end() && *it == true;
}

/// An event as people see it: a mark, then text; more lines below it.
struct entry {
  std::string_view mark;
  std::string text;
  paint with = paint::plain;
  std::string below;
  bool whole = false; ///< All lines of the text, else one cut to the width.
};

/// The last lines of an output are what tells how it went.
std::string tail(const std::string& output) {
  std::string_view text = output;
  while (text.ends_with('\n'))
    text.remove_suffix(1);
  std::size_t lines = 0;
  auto from = text.size();
  while (from > 0 && (text[from - 1] != '\n' || ++lines < output_lines_max))
    --from;
  if (from == 0)
    return std::string(text);
  const auto hidden = std::ranges::count(text.substr(0, from), '\n');
  return "… " + std::to_string(hidden) + " more lines above\n" +
         std::string(text.substr(from));
}

/// The first lines of a prompt are what tells it from others.
std::string head(const std::string& text) {
  std::size_t to = 0;
  for (std::size_t lines = 0; lines < output_lines_max; ++lines) {
    to = text.find('\n', to);
    if (to == text.npos)
      return text;
    ++to;
  }
  return text.substr(0, to) + "…";
}

std::string finish_text(const json& data, std::initializer_list<const char*> names) {
  auto text = said(data, names);
  if (const auto code = said(data, {"exit_code"}); !code.empty() && code != "0")
    text += " (exit code " + code + ")";
  else if (is_true(data, "is_error"))
    text += " (failed)";
  return text;
}

bool has_failed(const json& data) {
  const auto code = data.find("exit_code");
  return is_true(data, "is_error") || (code != data.end() && *code != 0);
}

entry finished(const json& data, std::initializer_list<const char*> names) {
  return {
    has_failed(data) ? "✗" : "✓",
    finish_text(data, names),
    has_failed(data) ? paint::red : paint::dim,
    tail(said(data, {"output", "stdout", "aggregated_output", "result"}))};
}

std::string tool_text(const json& data) {
  const auto input = said(data, {"input", "arguments"});
  return said(data, {"tool", "name"}) + (input.empty() ? "" : " " + input);
}

std::string todo_text(const json& data) {
  std::string text;
  const auto todos = data.find("todos");
  if (todos == data.end() || !todos->is_array())
    return text;
  for (const auto& todo : *todos) {
    const auto status = todo.is_object() ? said(todo, {"status"}) : "";
    text += status == "completed" ? "[x] " : status == "in_progress" ? "[>] " : "[ ] ";
    text += (todo.is_object() ? said(todo, {"content", "subject", "text"})
                              : print_json(todo)) +
            '\n';
  }
  return text;
}

/// What ends with an answer or an error is told by the event that holds it.
std::string status_text(const json& data) {
  auto text = said(data, {"phase", "status", "to"});
  if (text == "completed" || text == "failed")
    return {};
  if (const auto n = said(data, {"attempt"}); !n.empty() && n != "1")
    text += " (attempt " + n + ")";
  const auto why = said(data, {"cause", "message", "detail", "reason", "summary"});
  return why.empty() ? text : text + ": " + why;
}

/// In its words, or else all that it names.
std::string warning_text(const json& data) {
  const auto kind = said(data, {"kind"});
  if (const auto words = said(data, {"message", "detail"}); !words.empty())
    return kind + ": " + words;
  std::string text;
  for (const auto& [name, value] : data.items())
    if (name != "kind" && value.is_primitive() && !value.is_null())
      text += (text.empty() ? ": " : ", ") + name + " " + said(data, {name.c_str()});
  return kind + text;
}

/// What somebody else than the agent said: its next turn, or what settles a request.
entry entry_of_message(const json& data) {
  const auto decision = said(data, {"decision"});
  if (decision.empty()) {
    const bool waits = is_true(data, "waits");
    return {"›", said(data, {"text"}), paint::cyan, waits ? "(waits)" : "", true};
  }
  const auto* done = decision == "allow"          ? "allowed"
                     : decision == "allow_always" ? "always allowed"
                     : decision == "deny"         ? "denied"
                                                  : "answered";
  const bool by_policy = said(data, {"role"}) == "policy";
  return {
    "›",
    done + std::string(by_policy ? " by policy: " : ": ") + said(data, {"title"}),
    decision == "deny" ? paint::yellow : paint::dim,
    head(said(data, {"message"}))};
}

entry entry_of_speech(event_type type, const json& data) {
  switch (type) {
  case event_type::reasoning:
    return {"·", said(data, {"text", "summary"}), paint::dim, {}, true};
  case event_type::run_completed:
    return {
      "■", "completed", paint::green, said(data, {"final_response", "summary"}), true};
  case event_type::run_failed:
    return {
      "■",
      "failed: " + said(data, {"error", "message", "detail", "reason"}),
      paint::red,
      {},
      true};
  case event_type::rejected:
    return {"■", "rejected: " + said(data, {"error", "message", "reason"}), paint::red};
  default:
    return {"●", said(data, {"text", "message", "content"}), paint::plain, {}, true};
  }
}

entry entry_of(event_type type, const json& data) {
  switch (type) {
  case event_type::run_started:
    return {
      "▶",
      "started " + said(data, {"agent_name"}),
      paint::dim,
      head(said(data, {"prompt"}))};
  case event_type::status_changed:
    return {"·", status_text(data), paint::dim};
  case event_type::command_started:
    return {"$", said(data, {"command"}), paint::cyan};
  case event_type::command_updated:
    return {" ", "", paint::dim, tail(said(data, {"output", "delta", "text"}))};
  case event_type::command_finished:
    return finished(data, {"command"});
  case event_type::tool_started:
    return {"→", tool_text(data), paint::cyan};
  case event_type::tool_finished:
    return finished(data, {"tool", "name"});
  case event_type::file_changed:
    return {"±", said(data, {"change"}) + " " + said(data, {"path"}), paint::green};
  case event_type::artifact_added:
    return {"+", "artifact " + said(data, {"name", "path", "artifact_id"})};
  case event_type::todo_updated:
    return {"☰", "to do", paint::dim, todo_text(data)};
  case event_type::input_required:
  case event_type::auth_required:
    return {"?", said(data, {"title", "message"}), paint::yellow, {}, true};
  case event_type::message_added:
    return entry_of_message(data);
  case event_type::warning:
    return {"!", warning_text(data), paint::yellow};
  default:
    return entry_of_speech(type, data);
  }
}

std::string indented(const std::string& text, std::size_t columns, const look& as) {
  const std::string margin(columns, ' ');
  std::string out;
  std::size_t from = 0;
  while (from < text.size()) {
    const auto end = std::min(text.find('\n', from), text.size());
    out +=
      '\n' + margin + painted(text.substr(from, end - from), paint::dim, as.colour);
    from = end + 1;
  }
  return out;
}

} // namespace

std::string render_event(const json& event, const look& as) {
  timestamp at;
  const auto type = from_name<event_type>(said(event, {"type"}));
  const auto data = event.find("data");
  if (
    !type || data == event.end() || !data->is_object() ||
    !parse(said(event, {"ts"}), at))
    return {};
  const auto e = entry_of(*type, *data);
  if (e.text.empty() && e.below.empty())
    return {};
  const auto time = time_of(at, as);
  const auto margin = columns_of(time) + 3;
  auto text = printable(e.text, e.whole);
  if (!e.whole && as.columns > margin)
    text = cut_to(text, as.columns - margin);
  std::string rest;
  if (const auto newline = text.find('\n'); newline != text.npos) {
    rest = text.substr(newline + 1) + '\n';
    text.resize(newline);
  }
  return painted(time, paint::dim, as.colour) + " " +
         painted(std::string(e.mark) + " " + text, e.with, as.colour) +
         indented(rest + printable(e.below, true), margin, as) + '\n';
}

} // namespace troupe::cli
