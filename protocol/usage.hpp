#pragma once

#include "protocol/record.hpp"

#include <cstdint>
#include <optional>

/// What agents spend.
namespace troupe {

struct token_usage {
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  std::uint64_t cached_input_tokens = 0;

  friend bool operator==(const token_usage&, const token_usage&) = default;

  static constexpr auto fields() {
    return field_list{
      optional("input_tokens", &token_usage::input_tokens, "Read."),
      optional("output_tokens", &token_usage::output_tokens, "Written."),
      optional(
        "cached_input_tokens", &token_usage::cached_input_tokens, "Read from a cache."),
    };
  }
};

/// What an attempt has spent, as far as its backend tells.
struct attempt_usage {
  std::uint32_t turns = 0;
  token_usage tokens;
  std::optional<double> cost_usd;

  friend bool operator==(const attempt_usage&, const attempt_usage&) = default;

  static constexpr auto fields() {
    return field_list{
      required("turns", &attempt_usage::turns, "Answers of the model."),
      required("tokens", &attempt_usage::tokens, "Of all turns."),
      optional("cost_usd", &attempt_usage::cost_usd, "As the backend states it."),
    };
  }
};

} // namespace troupe
