#include "agents/acp/spending.hpp"

namespace troupe::agents::acp {

namespace {

/// Gemini's way, beside the protocol's.
const json& quota_in(const json& result) {
  return member(member(member(result, "_meta"), "quota"), "token_count");
}

} // namespace

void spending::note(const json& update) {
  const auto& cost = member(update, "cost");
  const auto& amount = member(cost, "amount");
  if (amount.is_number() && text_in(cost, "currency") == "USD")
    cost_usd_ = amount.get<double>();
}

void spending::add(const json& result) {
  if (const auto& usage = member(result, "usage"); usage.is_object()) {
    known_ = true;
    tokens_.input_tokens +=
      count_in(usage, "inputTokens") + count_in(usage, "cachedWriteTokens");
    tokens_.output_tokens += count_in(usage, "outputTokens");
    tokens_.cached_input_tokens += count_in(usage, "cachedReadTokens");
  } else if (const auto& quota = quota_in(result); quota.is_object()) {
    known_ = true;
    tokens_.input_tokens += count_in(quota, "input_tokens");
    tokens_.output_tokens += count_in(quota, "output_tokens");
  }
}

void spending::put_into(run_result& result) const {
  if (known_)
    result.usage = tokens_;
  result.cost_usd = cost_usd_;
}

attempt_usage spending::so_far() const {
  return {.turns = turns_, .tokens = tokens_, .cost_usd = cost_usd_};
}

} // namespace troupe::agents::acp
