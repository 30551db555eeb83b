#include "agents/codex/exec.hpp"

#include "agents/agent_line.hpp"
#include "agents/codex/exec_items.hpp"
#include "agents/codex/failures.hpp"
#include "agents/codex/items.hpp"
#include "agents/turns.hpp"
#include "protocol/lines.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace troupe::agents::codex {

namespace {

enum class exec_sandbox : std::uint8_t {
  read_only,
  workspace_write,
  danger_full_access,
};

constexpr auto names(exec_sandbox) {
  return std::to_array<std::string_view>(
    {"read-only", "workspace-write", "danger-full-access"});
}

struct exec_config {
  std::optional<std::string> model;
  std::optional<exec_sandbox> sandbox;
  std::vector<std::string> args;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional("model", &exec_config::model, "Model name."),
      optional("sandbox", &exec_config::sandbox, "What commands may touch."),
      optional("args", &exec_config::args, "Further arguments of codex exec."),
    };
  }
};

/// Arguments that are ours, or would start something else.
constexpr auto taken = std::to_array<std::string_view>(
  {"--help",
   "--json",
   "--output-last-message",
   "--sandbox",
   "-",
   "-h",
   "-o",
   "-s",
   "help",
   "resume",
   "review"});

class exec_agent final : public turn_adapter {
public:
  explicit exec_agent(const attempt_plan& plan) : resumed_(plan.resume) {
    if (resumed_)
      session_ = plan.session;
  }

  void line(std::string_view text, bool cut, step& out) override {
    said_anything_ = true;
    if (const auto object = cut ? std::nullopt : read_object(text))
      return read(*object, out);
    tell_raw(out, text, cut);
  }

  void input(const agent_input& said, step& out) override {
    if (said.kind == input_kind::turn)
      turn(said, out);
    else if (said.kind == input_kind::close)
      closed_ = true;
  }

  void over(step&) const override {}

  [[nodiscard]] const std::vector<pending_request>& pending() const override {
    static const std::vector<pending_request> none;
    return none;
  }
  [[nodiscard]] int open_tools() const override { return items_.open_tools(); }
  [[nodiscard]] std::uint64_t oldest_tool() const override {
    return items_.oldest_tool();
  }
  [[nodiscard]] attempt_usage usage() const override { return spent_; }

private:
  [[nodiscard]] exit_reason judged_by_its_end(const process_end& how) const override {
    return judge_end(how, asked_, said_anything_);
  }
  void count_spending(run_result& result) const override {
    if (spent_.turns > 0 && !resumed_)
      result.usage = spent_.tokens;
  }
  void interrupt(step&) override {}

  /// The one turn; its end of line is the end of stdin.
  void turn(const agent_input& said, step& out) {
    if (closed_)
      return warn(out, "turn_refused", {{"message", "it takes no further turn"}});
    began_ = asked_ = closed_ = true;
    split_lines(turn_text(said), out.lines);
    out.close_stdin = true;
  }

  void read(const json& line, step& out) {
    const auto type = text_in(line, "type");
    if (type == "thread.started")
      thread_ = text_in(line, "thread_id");
    else if (type == "turn.started")
      session_ = thread_;
    else if (type == "item.started")
      items_.started(as_server_item(member(line, "item")), false, out);
    else if (type == "item.updated")
      updated(member(line, "item"), out);
    else if (type == "item.completed")
      completed(member(line, "item"), out);
    else if (type == "turn.completed")
      turn_completed(line, out);
    else if (type == "turn.failed")
      turn_over({judge_failure(member(line, "error"), {}), {}}, out);
    else if (type == "error")
      warn(out, "agent_error", {{"message", words_of(line)}});
    else
      warn(out, "unknown_message", {{"type", one_line(type, 80)}});
  }

  void updated(const json& item, step& out) {
    if (text_in(item, "type") == "todo_list")
      tell(out, event_type::todo_updated, {{"items", member(item, "items")}});
  }

  void completed(const json& item, step& out) {
    const auto type = text_in(item, "type");
    if (type == "error")
      return warn(out, "agent_warning", {{"message", words_of(item)}});
    if (type == "todo_list")
      return updated(item, out);
    items_.completed(as_server_item(item), false, out);
  }

  void turn_completed(const json& line, step& out) {
    spent_ = spent_in(member(line, "usage"));
    turn_end end{{.reason = exit_kind::completed}, {}};
    if (!items_.last_text().empty())
      end.result.final_response = items_.last_text();
    turn_over(std::move(end), out);
  }

  void turn_over(turn_end end, step& out) {
    if (!std::exchange(asked_, false))
      return;
    items_.turn_over();
    count_spending(end.result);
    answer_ = end;
    out.ended = std::move(end);
  }

  items items_;
  attempt_usage spent_;
  std::string thread_;
  bool resumed_;
};

check check_exec(const exec_config& config) {
  for (std::size_t i = 0; i < config.args.size(); ++i) {
    const auto name = std::string_view(config.args[i]).substr(0, config.args[i].find('='));
    if (std::ranges::find(taken, name) != taken.end())
      return within(
        "args",
        mismatch{
          "[" + std::to_string(i) + "]",
          std::string(name) + " is not taken here; the prompt comes on stdin and events "
                              "on stdout"});
  }
  return {};
}

} // namespace

result<start_line> start_exec(const attempt_plan& plan) {
  const auto config = read_config<exec_config>(plan.backend_config);
  if (!config)
    return fail(config.error());
  if (const auto bad = within("backend_config", check_exec(*config)))
    return fail(errc::invalid_argument, to_string(*bad));
  auto argv = plan.command.empty() ? std::vector<std::string>{"codex"} : plan.command;
  argv.insert(argv.end(), {"exec", "--json", "--skip-git-repo-check"});
  if (config->model)
    argv.insert(argv.end(), {"-m", *config->model});
  if (config->sandbox)
    argv.insert(argv.end(), {"-s", std::string(to_string(*config->sandbox))});
  argv.insert(argv.end(), config->args.begin(), config->args.end());
  if (plan.resume && plan.session)
    argv.insert(argv.end(), {"resume", *plan.session});
  argv.emplace_back("-");
  if (auto refused = check_argv(argv))
    return fail(errc::invalid_argument, "codex_exec: " + to_string(*refused));
  return start_line{.argv = std::move(argv)};
}

std::unique_ptr<adapter> make_exec(const attempt_plan& plan) {
  return std::make_unique<exec_agent>(plan);
}

} // namespace troupe::agents::codex
