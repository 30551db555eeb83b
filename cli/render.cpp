#include "cli/render.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

namespace troupe::cli {

namespace {

constexpr std::int64_t day_ms = 24 * 3600 * 1000;
constexpr std::size_t label_columns = 10;

std::tm calendar(std::int64_t ms, const look& as) {
  const auto local = static_cast<std::time_t>(ms / 1000 + as.utc_offset_s);
  std::tm parts{};
  gmtime_r(&local, &parts);
  return parts;
}

/// `name      value`, nothing for an empty value; further lines are indented.
void add_line(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty())
    return;
  std::string label(name);
  label.resize(label_columns, ' ');
  out += label;
  for (const char c : printable(value, true))
    out += c == '\n' ? "\n" + std::string(label_columns, ' ') : std::string(1, c);
  out += '\n';
}

std::string reason_text(const exit_reason& why) {
  std::string text(to_string(why.reason));
  if (why.code)
    text += ", exit code " + std::to_string(*why.code);
  if (why.signal)
    text += ", signal " + std::to_string(*why.signal);
  return why.detail.empty() ? text : text + ": " + why.detail;
}

std::string attempt_text(const attempt_view& attempt, const look& as) {
  auto text = std::to_string(attempt.n) + "  " + time_of(attempt.started_at, as);
  if (attempt.ended_at)
    text += " for " + age(attempt.ended_at->ms - attempt.started_at.ms);
  if (attempt.exit)
    text += "  " + reason_text(*attempt.exit);
  if (attempt.peak_memory_mb)
    text += "  (" + std::to_string(*attempt.peak_memory_mb) + " MB)";
  if (attempt.proof)
    text += "  gone, known by " + *attempt.proof;
  return text;
}

std::string usage_text(const run_result& result) {
  std::string text;
  if (result.usage)
    text = std::to_string(result.usage->input_tokens) + " tokens in, " +
           std::to_string(result.usage->output_tokens) + " out";
  if (result.cost_usd) {
    std::array<char, 32> dollars{};
    std::snprintf(dollars.data(), dollars.size(), "$%.4f", *result.cost_usd);
    text += (text.empty() ? "" : ", ") + std::string(dollars.data());
  }
  return text;
}

} // namespace

std::string age(std::int64_t ms) {
  const auto s = std::max<std::int64_t>(ms, 0) / 1000;
  if (s < 60)
    return std::to_string(s) + "s";
  if (s < 3600)
    return std::to_string(s / 60) + "m";
  if (s < 48 * 3600)
    return std::to_string(s / 3600) + "h";
  return std::to_string(s / 86400) + "d";
}

std::string time_of(timestamp at, const look& as) {
  const auto parts = calendar(at.ms, as);
  const auto today = (as.now_ms + as.utc_offset_s * 1000) / day_ms;
  const bool is_today = (at.ms + as.utc_offset_s * 1000) / day_ms == today;
  std::array<char, 32> text{};
  const auto n = std::strftime(
    text.data(), text.size(), is_today ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &parts);
  return {text.data(), n};
}

std::vector<std::string> short_ids(const std::vector<std::string>& ids) {
  constexpr std::size_t shortest = 14;
  std::vector<std::string> shorts;
  for (const auto& id : ids) {
    std::size_t needed = shortest;
    for (const auto& other : ids)
      if (other != id) {
        const auto [a, b] = std::ranges::mismatch(id, other);
        needed = std::max(needed, static_cast<std::size_t>(a - id.begin()) + 1);
      }
    shorts.push_back(id.substr(0, needed));
  }
  return shorts;
}

paint paint_of(run_status status) {
  switch (status) {
  case run_status::input_required:
  case run_status::auth_required:
    return paint::yellow;
  case run_status::completed:
    return paint::green;
  case run_status::failed:
  case run_status::rejected:
    return paint::red;
  case run_status::cancelled:
    return paint::dim;
  default:
    return paint::cyan;
  }
}

std::string render_runs(const std::vector<run_brief>& runs, const look& as) {
  std::vector<std::string> ids;
  for (const auto& run : runs)
    ids.push_back(run.run_id);
  const auto shorts = short_ids(ids);
  table rows({"RUN", "NAME", "BACKEND", "STATUS", "AGE", "RESTARTS", "SUMMARY"});
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const auto& run = runs[i];
    rows.add(
      {{shorts[i]},
       {cut_to(printable(run.agent_name), 20)},
       {cut_to(printable(run.backend), 16)},
       {std::string(to_string(run.phase)), paint_of(run.status)},
       {age(as.now_ms - run.created_at.ms)},
       {std::to_string(run.restarts), run.restarts ? paint::yellow : paint::plain},
       {run.summary}});
  }
  return rows.print(as);
}

std::string render_request(std::string_view run, const pending_request& request) {
  std::string out = printable(request.title) + "\n";
  const auto named = printable(run);
  const bool decides =
    std::ranges::find(request.options, "allow") != request.options.end();
  if (decides)
    out += "  troupe answer " + named + " allow\n  troupe answer " + named +
           " 'deny: because …'\n";
  else
    out += "  troupe answer " + named + " 'your answer'\n";
  return out;
}

std::string render_run(const run_view& run, const look& as) {
  std::string out;
  const auto phase = std::string(to_string(run.phase));
  add_line(out, "run", run.run_id);
  add_line(out, "name", run.agent_name);
  out += "status    " + painted(phase, paint_of(run.status), as.colour) + '\n';
  add_line(out, "backend", run.backend);
  add_line(out, "role", run.role);
  add_line(out, "cwd", run.cwd);
  if (run.worktree) {
    add_line(out, "branch", run.worktree->branch);
    add_line(out, "base", run.worktree->base_commit);
    add_line(out, "worktree", run.worktree->path);
  }
  add_line(out, "session", run.session_id);
  add_line(out, "backend's", run.backend_session_id.value_or(""));
  add_line(out, "parent", run.parent_run_id.value_or(""));
  add_line(out, "resumes", run.resumed_from_run_id.value_or(""));
  add_line(out, "created", time_of(run.created_at, as));
  add_line(out, "updated", time_of(run.updated_at, as));
  add_line(out, "restarts", run.restarts ? std::to_string(run.restarts) : "");
  for (const auto& attempt : run.attempts)
    add_line(out, "attempt", attempt_text(attempt, as));
  add_line(out, "exit", run.exit ? reason_text(*run.exit) : "");
  add_line(out, "error", run.error.value_or(""));
  add_line(out, "usage", run.result ? usage_text(*run.result) : "");
  add_line(out, "summary", run.result && run.result->final_response ? "" : run.summary);
  add_line(out, "now", run.waits_for.value_or(""));
  for (const auto& request : run.pending)
    out += "\nwaits for: " + render_request(run.run_id, request);
  if (run.result && run.result->final_response)
    out += "\n" + printable(*run.result->final_response, true) + "\n";
  if (run.result && run.result->structured_output)
    out += "\n" + printable(run.result->structured_output->text) + "\n";
  return out;
}

std::string render_tools(const json& listed, const look& as) {
  table rows({"TOOL", "ARGUMENTS", "DESCRIPTION"});
  const auto text = [](const json& object, const char* name) {
    const auto it = object.find(name);
    return it != object.end() && it->is_string() ? it->get<std::string>() : "";
  };
  const auto tools = listed.find("tools");
  if (tools == listed.end() || !tools->is_array())
    return {};
  for (const auto& tool : *tools) {
    const auto schema = tool.value("inputSchema", json::object());
    std::string needed;
    for (const auto& name : schema.value("required", json::array()))
      needed += (needed.empty() ? "" : ", ") + name.get<std::string>();
    rows.add(
      {{text(tool, "name"), paint::bold}, {needed}, {text(tool, "description")}});
  }
  return rows.print(as);
}

} // namespace troupe::cli
