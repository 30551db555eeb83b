#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace troupe {

/// The longest prefix of at most `bytes_max` bytes that cuts no UTF-8 character.
[[nodiscard]] std::string_view
utf8_prefix(std::string_view text, std::size_t bytes_max);

/// Whether all of it is well-formed UTF-8 (RFC 3629).
[[nodiscard]] bool is_utf8(std::string_view text);

/// Well-formed UTF-8 with each bad byte replaced by U+FFFD.
[[nodiscard]] std::string to_utf8(std::string_view bytes);

/// The candidate nearest to `word` by edit distance, or empty if none is near
/// enough to be meant (distance at most a third of the word, at least 1).
[[nodiscard]] std::string_view
nearest_word(std::string_view word, std::span<const std::string_view> candidates);

/// One line of at most `bytes_max` bytes: white space folded, an ellipsis if cut.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t bytes_max);

} // namespace troupe
