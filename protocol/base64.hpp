#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace troupe {

/// The bytes that a text of RFC 4648 stands for, padding included; nothing if it is
/// none.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

} // namespace troupe
