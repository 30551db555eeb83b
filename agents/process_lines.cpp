#include "agents/process_lines.hpp"

#include <algorithm>

namespace troupe::agents {

namespace {

template <class T>
std::optional<T> read_member(const json& data, std::string_view name, step& out) {
  const auto& found = member(data, name);
  T value{};
  if (found.is_null())
    return {};
  if (auto bad = within(name, codec<T>::decode(found, value))) {
    warn(out, "malformed_result", {{"message", to_string(*bad)}});
    return {};
  }
  return value;
}

} // namespace

json event_data(const json& line) {
  if (const auto& data = member(line, "data"); data.is_object())
    return data;
  json rest = json::object();
  for (const auto& [name, value] : line.items())
    if (name != "type")
      rest[name] = value;
  return rest;
}

std::string made_up_id(std::uint32_t n) {
  return "q" + std::to_string(n);
}

pending_request request_of(event_type type, const json& data, std::uint32_t n) {
  constexpr std::size_t title_max = 200;
  constexpr std::size_t options_max = 16;
  const bool auth = type == event_type::auth_required;
  const auto or_else = [&](std::string_view name, std::string_view otherwise) {
    const auto text = text_in(data, name);
    return std::string(text.empty() ? otherwise : text);
  };
  pending_request request{
    .request_id = or_else("request_id", made_up_id(n)),
    .kind = or_else("kind", auth ? "auth" : "question"),
    .title = one_line(
      or_else("title", auth ? "It needs to log in" : "It needs an answer"), title_max)};
  if (const auto& detail = member(data, "detail"); detail.is_object())
    request.detail = {print_json(detail)};
  else if (detail.is_null() && !text_in(data, "tool").empty())
    request.detail = {print_json(
      {{"tool", text_in(data, "tool")}, {"subject", text_in(data, "subject")}})};
  else if (!detail.is_null())
    request.detail = {print_json({{"text", detail}})};
  for (const auto& option : member(data, "options"))
    if (option.is_string() && request.options.size() < options_max)
      request.options.push_back(option.get<std::string>());
  if (request.options.empty())
    request.options = request.kind == "question"
                        ? std::vector<std::string>{"answer", "deny"}
                        : std::vector<std::string>{"allow", "deny"};
  return request;
}

turn_end completed(const json& data, step& out) {
  return {
    {.reason = exit_kind::completed},
    {.final_response = read_member<std::string>(data, "final_response", out),
     .structured_output = read_member<raw_json>(data, "structured_output", out),
     .usage = read_member<token_usage>(data, "usage", out),
     .cost_usd = read_member<double>(data, "cost_usd", out)}};
}

void read_usage(const json& data, attempt_usage& spent, step& out) {
  if (const auto turns = read_member<std::uint32_t>(data, "turns", out))
    spent.turns = *turns;
  if (const auto tokens = read_member<token_usage>(data, "usage", out))
    spent.tokens = *tokens;
  if (const auto cost = read_member<double>(data, "cost_usd", out))
    spent.cost_usd = *cost;
}

turn_end failed(const json& data) {
  const auto& error = member(data, "error");
  auto detail = std::string(text_in(data, "error"));
  if (error.is_object())
    detail = text_in(error, "message");
  if (detail.empty())
    detail = error.is_null() ? "the agent reports failure" : print_json(error);
  return {{.reason = exit_kind::agent_error, .detail = std::move(detail)}, {}};
}

void split_lines(std::string_view text, std::vector<std::string>& lines) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void last_words::add(std::string_view line) {
  constexpr std::size_t kept_max = 4096;
  if (!text_.empty())
    text_ += '\n';
  text_ += line;
  if (text_.size() <= kept_max)
    return;
  auto begin = text_.size() - kept_max;
  while (begin < text_.size() && (static_cast<unsigned char>(text_[begin]) >> 6) == 2)
    ++begin;
  text_.erase(0, begin);
}

std::optional<std::string> last_words::text() const {
  if (text_.empty())
    return {};
  return text_;
}

void open_calls::note(event_type type, const json& data) {
  constexpr std::size_t count_max = 1024;
  const bool starts =
    type == event_type::tool_started || type == event_type::command_started;
  const bool ends =
    type == event_type::tool_finished || type == event_type::command_finished;
  const auto id = text_in(data, "tool_use_id");
  if (starts && numbers_.size() < count_max)
    numbers_.emplace(id, ++started_);
  else if (const auto open = numbers_.find(id); ends && open != numbers_.end())
    numbers_.erase(open);
}

std::uint64_t open_calls::oldest() const {
  std::uint64_t least = 0;
  for (const auto& [id, number] : numbers_)
    least = least == 0 ? number : std::min(least, number);
  return least;
}

} // namespace troupe::agents
