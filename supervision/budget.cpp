#include "supervision/budget.hpp"

#include <cstdio>

namespace troupe::supervision {

namespace {

constexpr double warned_from = 0.8;

enum : std::size_t { turns, tokens, cost };

std::string number(double value, std::size_t which) {
  if (which != cost)
    return std::to_string(static_cast<std::uint64_t>(value));
  std::array<char, 64> text{};
  const auto length = std::snprintf(text.data(), text.size(), "%.4g", value);
  return {text.data(), static_cast<std::size_t>(std::max(length, 0))};
}

std::string words(double used, double limit, const char* name, std::size_t which) {
  return number(used, which) + " of " + number(limit, which) + " (limits." + name + ")";
}

} // namespace

attempt_usage operator+(attempt_usage a, const attempt_usage& b) {
  a.turns += b.turns;
  a.tokens.input_tokens += b.tokens.input_tokens;
  a.tokens.output_tokens += b.tokens.output_tokens;
  a.tokens.cached_input_tokens += b.tokens.cached_input_tokens;
  if (b.cost_usd)
    a.cost_usd = a.cost_usd.value_or(0) + *b.cost_usd;
  return a;
}

budget::budget(const run_limits& limits, attempt_usage before)
  : before_(before), accounts_{
                       {{"turns", limits.turns},
                        {"tokens", limits.tokens},
                        {"cost_usd", limits.cost_usd}}} {
  known({});
}

double budget::of(const attempt_usage& all, std::size_t which) {
  if (which == turns)
    return all.turns;
  if (which == tokens)
    return static_cast<double>(all.tokens.input_tokens + all.tokens.output_tokens);
  return all.cost_usd.value_or(0);
}

void budget::known(const attempt_usage& spent) {
  const auto all = before_ + spent;
  for (std::size_t i = 0; i < accounts_.size(); ++i)
    if (auto& each = accounts_[i]; each.limit)
      each.warned = each.warned || of(all, i) >= *each.limit * warned_from;
}

std::optional<health_finding> budget::spent(const attempt_usage& now) {
  if (ended_)
    return {};
  const auto all = before_ + now;
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    const auto& each = accounts_[i];
    if (!each.limit || of(all, i) <= *each.limit)
      continue;
    ended_ = true;
    return health_finding{
      .end = true,
      .reason = exit_kind::budget,
      .detail = "has spent " + words(of(all, i), *each.limit, each.name, i)};
  }
  for (std::size_t i = 0; i < accounts_.size(); ++i) {
    auto& each = accounts_[i];
    if (!each.limit || each.warned || of(all, i) < *each.limit * warned_from)
      continue;
    each.warned = true;
    return health_finding{
      .reason = exit_kind::budget,
      .detail = "has spent " + words(of(all, i), *each.limit, each.name, i) +
                "; it is stopped when that is exceeded"};
  }
  return {};
}

} // namespace troupe::supervision
