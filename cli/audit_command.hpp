#pragma once

#include "cli/console.hpp"
#include "cli/place.hpp"

#include <string>
#include <string_view>

namespace troupe::cli {

/// What clients asked, from the log of the daemon, which need not run. The exit code.
[[nodiscard]] int show_audit(const place& where, const audit_options& wanted);

/// A line of the log as a line of the page, or as JSON; empty if it tells of no request
/// that is wanted. Pure.
[[nodiscard]] std::string
audit_line(std::string_view log_line, const audit_options& wanted);

} // namespace troupe::cli
