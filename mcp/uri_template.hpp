#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::mcp {

/// The variables with which a template gives this URI; nothing if none do. A template
/// has `{name}` for a segment without `/`, and may end in `{?a,b}` for a query whose
/// members may all be absent. Values are percent-decoded. Source: RFC 6570, levels 1
/// and 3, as far as resources need it.
[[nodiscard]] std::optional<std::map<std::string, std::string>>
match(std::string_view uri_template, std::string_view uri);

/// A value as a part of a URI.
[[nodiscard]] std::string percent_encoded(std::string_view text);

/// Nothing if a `%` is not followed by two hexadecimal digits.
[[nodiscard]] std::optional<std::string> percent_decoded(std::string_view text);

} // namespace troupe::mcp
