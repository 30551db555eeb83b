#include "agents/checked.hpp"

#include "agents/agent_line.hpp"
#include "agents/answer_schema.hpp"

#include <utility>

namespace troupe::agents {

namespace {

class checked final : public adapter {
public:
  checked(std::unique_ptr<adapter> speaks, raw_json schema)
    : speaks_(std::move(speaks)), schema_(std::move(schema)) {}

  void line(std::string_view text, bool cut, step& out) override {
    speaks_->line(text, cut, out);
    check_end(out);
  }

  void input(const agent_input& said, step& out) override {
    if (said.kind == input_kind::turn)
      asked_again_ = false;
    closing_ = closing_ || said.kind == input_kind::close;
    speaks_->input(said, out);
    check_end(out);
  }

  void over(step& out) const override { speaks_->over(out); }

  [[nodiscard]] exit_reason ended(const process_end& how) const override {
    turn_end end{speaks_->ended(how), speaks_->outcome()};
    hold(end);
    return std::move(end.reason);
  }

  [[nodiscard]] run_result outcome() const override {
    turn_end end{{.reason = exit_kind::completed}, speaks_->outcome()};
    hold(end);
    return std::move(end.result);
  }

  [[nodiscard]] const std::vector<pending_request>& pending() const override {
    return speaks_->pending();
  }
  [[nodiscard]] std::optional<std::string> session() const override {
    return speaks_->session();
  }
  [[nodiscard]] bool takes_turns() const override { return speaks_->takes_turns(); }
  [[nodiscard]] std::vector<agent_message> unsent() const override {
    return speaks_->unsent();
  }
  [[nodiscard]] int open_tools() const override { return speaks_->open_tools(); }
  [[nodiscard]] std::uint64_t oldest_tool() const override {
    return speaks_->oldest_tool();
  }
  [[nodiscard]] bool takes_nudges() const override { return speaks_->takes_nudges(); }
  [[nodiscard]] attempt_usage usage() const override { return speaks_->usage(); }

private:
  /// What does not fit; the data is put into an answer that does.
  std::vector<std::string> hold(turn_end& end) const {
    if (end.reason.reason != exit_kind::completed)
      return {};
    auto seen = check_answer(schema_, end.result);
    end.result.structured_output = std::move(seen.data);
    if (!seen.violations.empty())
      end.reason = {
        .reason = exit_kind::agent_error,
        .detail = std::string("the answer does not fit output_schema") +
                  (asked_again_ ? ", after it was asked for again: " : ": ") +
                  listed(seen.violations)};
    return std::move(seen.violations);
  }

  void check_end(step& out) {
    if (!out.ended)
      return;
    const auto violations = hold(*out.ended);
    if (violations.empty() || asked_again_ || closing_ || !speaks_->takes_turns())
      return;
    asked_again_ = true;
    out.ended.reset();
    warn(
      out,
      "schema_mismatch",
      {{"message", "the answer does not fit output_schema; it is asked for again"},
       {"violations", violations}});
    const json body{{"text", answer_again(violations, schema_)}, {"carried", true}};
    speaks_->input({.kind = input_kind::turn, .body = {print_json(body)}}, out);
  }

  std::unique_ptr<adapter> speaks_;
  raw_json schema_;
  bool asked_again_ = false;
  bool closing_ = false;
};

} // namespace

std::unique_ptr<adapter>
make_adapter(const backend_type& backend, const attempt_plan& plan) {
  auto speaks = backend.make(plan);
  if (!plan.output_schema)
    return speaks;
  return std::make_unique<checked>(std::move(speaks), *plan.output_schema);
}

} // namespace troupe::agents
