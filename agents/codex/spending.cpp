#include "agents/codex/spending.hpp"

#include <algorithm>

namespace troupe::agents::codex {

namespace {

constexpr std::size_t threads_max = 256;

token_usage minus(const token_usage& all, const token_usage& some) {
  const auto less = [](std::uint64_t a, std::uint64_t b) { return a - std::min(a, b); };
  return {
    .input_tokens = less(all.input_tokens, some.input_tokens),
    .output_tokens = less(all.output_tokens, some.output_tokens),
    .cached_input_tokens = less(all.cached_input_tokens, some.cached_input_tokens)};
}

} // namespace

token_usage tokens_in(const json& usage) {
  const auto input = count_in(usage, "inputTokens");
  const auto cached = std::min(input, count_in(usage, "cachedInputTokens"));
  return {
    .input_tokens = input - cached,
    .output_tokens = count_in(usage, "outputTokens"),
    .cached_input_tokens = cached};
}

void spending::note(const std::string& thread, const json& usage, origin from) {
  const auto total = tokens_in(member(usage, "total"));
  auto known = threads_.find(thread);
  if (known == threads_.end()) {
    if (threads_.size() == threads_max)
      return;
    const auto before = from == origin::begun ? token_usage{}
                        : from == origin::resumed
                          ? minus(total, tokens_in(member(usage, "last")))
                          : total;
    known = threads_.emplace(thread, thread_tokens{before, before}).first;
  }
  turns_ += known->second.total == total ? 0 : 1;
  known->second.total = total;
}

void spending::put_into(run_result& result) const {
  if (!threads_.empty())
    result.usage = so_far().tokens;
}

attempt_usage spending::so_far() const {
  attempt_usage all{.turns = turns_, .tokens = {}, .cost_usd = {}};
  for (const auto& [name, thread] : threads_) {
    const auto spent = minus(thread.total, thread.before);
    all.tokens.input_tokens += spent.input_tokens;
    all.tokens.output_tokens += spent.output_tokens;
    all.tokens.cached_input_tokens += spent.cached_input_tokens;
  }
  return all;
}

} // namespace troupe::agents::codex
