#pragma once

#include "keeper/descriptor.hpp"

#include <initializer_list>

namespace troupe::cli {

/// From now on these signals do nothing but make the descriptor readable.
[[nodiscard]] keeper::descriptor watch_signals(std::initializer_list<int> numbers);

} // namespace troupe::cli
