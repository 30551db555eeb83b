#include "gateway/verbs.hpp"

namespace troupe::mcp {

namespace {

constexpr std::string_view claude = "claude_code";
constexpr std::uint32_t list_rows_max = 40;
constexpr std::uint32_t tail_events_max = 100;
constexpr std::uint32_t tail_lines_max = 200;
constexpr std::size_t line_bytes_max = 400;

get_run named(const std::string& session_id) {
  get_run question;
  question.run_id = session_id;
  return question;
}

claude_session_view view_of(run_view run) {
  return {
    .session_id = std::move(run.run_id),
    .status = run.status,
    .progress = std::move(run.summary),
    .result = std::move(run.result),
    .error = std::move(run.error),
    .pending = std::move(run.pending)};
}

/// What of an event's data a person reads, by the first member that is a text.
std::string_view shown_text(const json& event) {
  const auto data = event.find("data");
  if (data == event.end() || !data->is_object())
    return {};
  for (const char* name :
       {"text", "final_response", "output", "command", "summary", "title", "message"})
    if (const auto it = data->find(name); it != data->end() && it->is_string())
      return it->get_ref<const std::string&>();
  return {};
}

void add_lines(std::string_view text, std::vector<std::string>& lines) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    if (auto line = one_line(text.substr(0, end), line_bytes_max); !line.empty())
      lines.push_back(std::move(line));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

} // namespace

void start_claude(
  const inquiry& q,
  start_claude_session params,
  reply_to<started_claude_session> reply) {
  spawn_run question;
  question.backend = claude;
  question.prompt = std::move(params.prompt);
  question.cwd = std::move(params.cwd);
  if (params.model)
    question.backend_config.text = print_json({{"model", *params.model}});
  ask<spawn_run>(q, &desk::runs, std::move(question), [reply](result<spawned_run> run) {
    if (!run)
      return reply(fail(std::move(run.error())));
    reply(started_claude_session{std::move(run->run_id), run->status});
  });
}

void list_claude(
  const inquiry& q, list_claude_sessions, reply_to<claude_session_list> reply) {
  list_runs question;
  question.backend = claude;
  question.limit = list_rows_max;
  ask<list_runs>(q, &desk::registry, question, [reply](result<run_page> page) {
    if (!page)
      return reply(fail(std::move(page.error())));
    claude_session_list answer{.total = page->total};
    for (auto& run : page->runs)
      answer.sessions.push_back(
        {std::move(run.run_id), run.status, run.created_at, std::move(run.summary)});
    reply(std::move(answer));
  });
}

void get_claude(
  const inquiry& q, get_claude_session params, reply_to<claude_session_view> reply) {
  if (params.tail_lines > tail_lines_max)
    return reply(fail(
      errc::invalid_argument,
      "tail_lines: must be 0 to 200, got " + std::to_string(params.tail_lines)));
  const auto tail = [q, reply, lines = params.tail_lines](result<run_view> run) {
    if (!run)
      return reply(fail(std::move(run.error())));
    poll_events question;
    question.run_id = run->run_id;
    question.after_seq =
      run->last_seq > tail_events_max ? run->last_seq - tail_events_max : 0;
    question.limit = tail_events_max;
    question.wait_ms = 0;
    question.max_bytes = answer_bytes_max;
    ask<poll_events>(
      q,
      &desk::registry,
      std::move(question),
      [reply, lines, view = view_of(std::move(*run))](result<event_page> page) {
        if (!page)
          return reply(fail(std::move(page.error())));
        auto answer = view;
        answer.output_tail = last_lines(page->events, lines);
        reply(std::move(answer));
      });
  };
  ask<get_run>(q, &desk::registry, named(params.session_id), tail);
}

void kill_claude(
  const inquiry& q, kill_claude_session params, reply_to<killed_claude_session> reply) {
  cancel_run question;
  question.run_id = std::move(params.session_id);
  question.reason = "kill_claude_session";
  ask<cancel_run>(
    q, &desk::registry, std::move(question), [reply](result<cancelled_run> run) {
      if (!run)
        return reply(fail(std::move(run.error())));
      reply(killed_claude_session{
        std::move(run->run_id), run->status, is_final(run->status)});
    });
}

std::vector<std::string>
last_lines(const std::vector<raw_json>& events, std::size_t lines_max) {
  std::vector<std::string> lines;
  for (const auto& event : events)
    add_lines(shown_text(encode(event)), lines);
  if (lines.size() > lines_max)
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(lines_max));
  return lines;
}

} // namespace troupe::mcp
