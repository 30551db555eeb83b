#pragma once

#include "protocol/json.hpp"

#include <cstddef>

/// Answers stay within a number of bytes, because a model reads them. What does not fit
/// is shortened and said so: `truncated` names each shortened place by its JSON Pointer
/// (RFC 6901) with the bytes that the whole of it has.
namespace troupe::mcp {

inline constexpr std::size_t answer_bytes_default = 16 * 1024;
inline constexpr std::size_t answer_bytes_min = 1024;
inline constexpr std::size_t answer_bytes_max = 1024 * 1024;

/// The same object if it prints within the budget. Else its longest strings are cut,
/// all to the same length and never inside a character; if that is not enough, lists
/// and objects lose their last members. Total and pure.
[[nodiscard]] json fit(json answer, std::size_t bytes_max);

/// How many rows of `list` (an array of `answer`) print within the budget.
[[nodiscard]] std::size_t
rows_within(const json& answer, const char* list, std::size_t bytes_max);

} // namespace troupe::mcp
