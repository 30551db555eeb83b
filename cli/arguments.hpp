#pragma once

#include "cli/options.hpp"

#include <string>
#include <variant>

namespace troupe::cli {

/// What the program has to print instead of doing something: help, or what was wrong
/// with the arguments.
struct advice {
  std::string text;
  int code = exit_usage;
};

[[nodiscard]] std::variant<invocation, advice>
read_arguments(int argc, const char* const* argv);

} // namespace troupe::cli
