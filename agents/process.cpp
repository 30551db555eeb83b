#include "agents/process.hpp"

#include "agents/permission.hpp"
#include "agents/pieces.hpp"
#include "agents/process_lines.hpp"
#include "agents/requests.hpp"
#include "agents/turns.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace troupe::agents {

namespace {

enum class stdin_mode : std::uint8_t { text, json, none };

constexpr auto names(stdin_mode) {
  return std::to_array<std::string_view>({"text", "json", "none"});
}

struct process_config {
  std::optional<std::vector<std::string>> command;
  stdin_mode input = stdin_mode::text;
  std::vector<std::string> args;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional("command", &process_config::command, "The program and its arguments."),
      optional(
        "stdin",
        &process_config::input,
        "text: the prompt, then the end; json: messages; none: nothing."),
      optional("args", &process_config::args, "Added to the command."),
    };
  }
};

class process_adapter final : public adapter {
public:
  process_adapter(stdin_mode mode, permission_policy policy)
    : mode_(mode), policy_(std::move(policy)) {}

  void line(std::string_view text, bool cut, step& out) override {
    const auto object = cut ? std::nullopt : read_object(text);
    if (object)
      read(*object, text, out);
    else
      plain(text, cut, out);
  }

  void input(const agent_input& said, step& out) override {
    if (said.kind == input_kind::turn)
      turn(said, out);
    else if (said.kind == input_kind::close)
      close(out);
    else if (mode_ != stdin_mode::json || closed_)
      return;
    else if (said.kind == input_kind::interrupt)
      say(out, {{"type", "interrupt"}});
    else if (said.kind == input_kind::nudge)
      say(out, {{"type", "nudge"}, {"text", turn_text(said)}});
    else
      answer(said, out);
  }

  void over(step& out) const override {
    tell_withdrawn(requests_, "the program has ended", out);
  }

  [[nodiscard]] exit_reason ended(const process_end& how) const override {
    if (end_ && (!running_ || how.code == 0))
      return end_->reason;
    if (how.code == 0)
      return {.reason = exit_kind::completed, .code = 0};
    exit_reason reason{
      .reason = how.code || how.signal ? exit_kind::crashed : exit_kind::lost,
      .detail = last_line(how.stderr_tail),
      .code = how.code,
      .signal = how.signal};
    if (reason.detail.empty())
      reason.detail = "ended without a result";
    return reason;
  }

  [[nodiscard]] run_result outcome() const override {
    if (end_ && (!running_ || !words_.text()))
      return end_->result;
    return {.final_response = words_.text()};
  }

  [[nodiscard]] const std::vector<pending_request>& pending() const override {
    return requests_.all();
  }
  [[nodiscard]] std::optional<std::string> session() const override { return session_; }
  [[nodiscard]] bool takes_turns() const override {
    return mode_ == stdin_mode::json && !closed_ && !waiting_.full();
  }
  [[nodiscard]] std::vector<agent_message> unsent() const override {
    return waiting_.all();
  }
  [[nodiscard]] int open_tools() const override { return calls_.count(); }
  [[nodiscard]] std::uint64_t oldest_tool() const override { return calls_.oldest(); }
  [[nodiscard]] bool takes_nudges() const override {
    return mode_ == stdin_mode::json && running_ && !closed_;
  }
  [[nodiscard]] attempt_usage usage() const override { return spent_; }

private:
  void read(const json& object, std::string_view text, step& out) {
    const auto name = text_in(object, "type");
    const auto type = from_name<event_type>(name);
    if (name == "session" && !text_in(object, "session_id").empty())
      session_ = text_in(object, "session_id");
    else if (name == "usage")
      read_usage(event_data(object), spent_, out);
    else if (name == "request_withdrawn")
      withdraw(text_in(object, "request_id"), out);
    else if (!type)
      plain(text, false, out);
    else if (*type == event_type::run_completed || *type == event_type::run_failed)
      finish(*type, event_data(object), out);
    else if (*type == event_type::input_required || *type == event_type::auth_required)
      ask(*type, event_data(object), out);
    else
      pass_on(*type, event_data(object), out);
  }

  void plain(std::string_view text, bool cut, step& out) {
    const auto data = quoted(text, cut);
    words_.add(text_in(data, "text"));
    tell(out, event_type::agent_message, data);
  }

  void pass_on(event_type type, const json& data, step& out) {
    if (type == event_type::agent_message)
      words_.add(text_in(data, "text"));
    calls_.note(type, data);
    tell(out, type, data);
  }

  void ask(event_type type, const json& data, step& out) {
    auto request = request_of(type, data, asked_ + 1);
    asked_ += request.request_id == made_up_id(asked_ + 1) ? 1 : 0;
    if (const auto settled = by_policy(request, data)) {
      reply(*settled, out);
      return tell_answer(request, *settled, "policy", out);
    }
    tell(out, type, encode(request));
    if (mode_ == stdin_mode::json && !requests_.add(std::move(request)))
      warn(out, "request_refused", {{"message", "too many requests wait"}});
  }

  /// What the permissions of the run say to a request that names a tool.
  [[nodiscard]] std::optional<request_answer>
  by_policy(const pending_request& request, const json& data) const {
    const auto tool = text_in(data, "tool");
    if (
      mode_ != stdin_mode::json || closed_ || request.kind != "permission" ||
      tool.empty())
      return {};
    const auto said = decide(policy_, tool, text_in(data, "subject"));
    if (said == verdict::ask)
      return {};
    return request_answer{
      .request_id = request.request_id,
      .decision = said == verdict::allow ? "allow" : "deny"};
  }

  void withdraw(std::string_view id, step& out) {
    const auto* request = requests_.find({.request_id = std::string(id)});
    if (!request)
      return;
    tell_withdrawn(*request, "the agent took it back", out);
    requests_.remove(id);
  }

  void finish(event_type type, const json& data, step& out) {
    if (refused_)
      return;
    turn_end end = type == event_type::run_failed ? failed(data) : completed(data, out);
    spent_.tokens = end.result.usage.value_or(spent_.tokens);
    spent_.cost_usd = end.result.cost_usd ? end.result.cost_usd : spent_.cost_usd;
    if (!end.result.final_response)
      end.result.final_response = words_.text();
    running_ = false;
    calls_.clear();
    tell_withdrawn(requests_, "the turn has ended", out);
    requests_.clear();
    end_ = end;
    if (const auto next = closed_ ? std::nullopt : waiting_.pop())
      send(*next, out);
    else
      out.ended = std::move(end);
  }

  void turn(const agent_input& said, step& out) {
    const auto message = turn_message(said);
    const bool waits = mode_ == stdin_mode::json && running_ && !closed_;
    if (waits ? !waiting_.push(message) : closed_ || running_)
      return warn(out, "turn_refused", {{"message", "it takes no further turn"}});
    if (std::exchange(began_, true) && !is_carried(said))
      tell(out, event_type::message_added, added_turn(message));
    if (!waits)
      return send(message, out);
    if (interrupts(said))
      say(out, {{"type", "interrupt"}});
  }

  void send(const agent_message& message, step& out) {
    running_ = true;
    ++spent_.turns;
    words_.clear();
    if (mode_ == stdin_mode::json)
      return say_turn(message, out);
    closed_ = true;
    if (std::ranges::any_of(message.parts, has_bytes))
      return refuse_bytes(out);
    if (mode_ == stdin_mode::none)
      return;
    split_lines(prompt_text(message), out.lines);
    out.close_stdin = true;
  }

  static void say_turn(const agent_message& message, step& out) {
    json line{{"type", "turn"}};
    line.update(turn_body(message));
    say(out, line);
  }

  void refuse_bytes(step& out) {
    running_ = false;
    refused_ = true;
    out.close_stdin = mode_ != stdin_mode::none;
    end_ = {
      {.reason = exit_kind::agent_error,
       .detail = "what came with its bytes can be told to a program with "
                 "backend_config.stdin json only; write it into a file and name that "
                 "by uri"},
      {}};
    out.ended = end_;
  }

  void close(step& out) {
    if (std::exchange(closed_, true))
      return;
    out.close_stdin = mode_ != stdin_mode::none;
    tell_withdrawn(requests_, "its input was closed", out);
    requests_.clear();
  }

  void answer(const agent_input& said, step& out) {
    const auto answer = decode_text<request_answer>(said.body.text);
    const auto* request = answer ? requests_.find(*answer) : nullptr;
    if (!request)
      return;
    auto given = *answer;
    given.request_id = request->request_id;
    reply(given, out);
    tell_answer(*request, given, "user", out);
    requests_.remove(*given.request_id);
  }

  static void reply(const request_answer& given, step& out) {
    json message{{"type", "answer"}};
    message.update(encode(given));
    say(out, message);
  }

  static void say(step& out, const json& message) {
    out.lines.push_back(print_json(message));
  }

  stdin_mode mode_;
  permission_policy policy_;
  bool running_ = false;
  bool began_ = false; ///< There was a turn.
  bool closed_ = false;
  bool refused_ = false; ///< What it was to be told cannot be told.
  std::uint32_t asked_ = 0;
  std::optional<turn_end> end_; ///< Of the last turn that had one.
  std::optional<std::string> session_;
  last_words words_;
  open_calls calls_;
  attempt_usage spent_; ///< Turns are those it was given, unless it says otherwise.
  open_requests requests_;
  waiting_turns waiting_;
};

} // namespace

result<start_line> start_process(const attempt_plan& plan) {
  auto config = read_config<process_config>(plan.backend_config);
  if (!config)
    return fail(std::move(config.error()));
  auto argv = config->command.value_or(plan.command);
  if (argv.empty())
    return fail(
      errc::invalid_argument,
      "backend_config.command: required; give the program and its arguments as a list "
      "of strings");
  argv.insert(argv.end(), config->args.begin(), config->args.end());
  if (auto bad = check_argv(argv))
    return fail(
      errc::invalid_argument, to_string(*within("backend_config.command", bad)));
  return start_line{
    .argv = std::move(argv), .stdin_open = config->input != stdin_mode::none};
}

std::unique_ptr<adapter> make_process(const attempt_plan& plan) {
  const auto config = read_config<process_config>(plan.backend_config);
  return std::make_unique<process_adapter>(
    config ? config->input : stdin_mode::text, plan.permissions);
}

} // namespace troupe::agents
