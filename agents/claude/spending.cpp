#include "agents/claude/spending.hpp"

namespace troupe::agents::claude {

namespace {

token_usage tokens_in(const json& usage) {
  return {
    .input_tokens =
      count_in(usage, "input_tokens") + count_in(usage, "cache_creation_input_tokens"),
    .output_tokens = count_in(usage, "output_tokens"),
    .cached_input_tokens = count_in(usage, "cache_read_input_tokens")};
}

void add_to(token_usage& sum, const token_usage& more) {
  sum.input_tokens += more.input_tokens;
  sum.output_tokens += more.output_tokens;
  sum.cached_input_tokens += more.cached_input_tokens;
}

} // namespace

void spending::note(const json& line) {
  const auto& message = member(line, "message");
  const auto id = text_in(message, "id");
  if (id.empty() || flag_in(line, "is_api_error_message"))
    return;
  if (id != last_id_) {
    add_to(during_, std::exchange(last_, {}));
    last_id_ = id;
    turns_ += text_in(line, "parent_tool_use_id").empty() ? 1 : 0;
  }
  last_ = tokens_in(member(message, "usage"));
}

void spending::add(const json& result) {
  const auto& usage = member(result, "usage");
  known_ = known_ || usage.is_object();
  if (usage.is_object())
    add_to(told_, tokens_in(usage));
  during_ = last_ = {};
  if (const auto& cost = member(result, "total_cost_usd"); cost.is_number())
    cost_usd_ = cost.get<double>();
}

void spending::put_into(run_result& result) const {
  if (known_)
    result.usage = told_;
  result.cost_usd = cost_usd_;
}

attempt_usage spending::so_far() const {
  attempt_usage all{.turns = turns_, .tokens = told_, .cost_usd = cost_usd_};
  add_to(all.tokens, during_);
  add_to(all.tokens, last_);
  return all;
}

} // namespace troupe::agents::claude
