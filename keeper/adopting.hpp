#pragma once

#include "keeper/attempt.hpp"
#include "keeper/succession.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::keeper {

using attempts = std::map<attempt_key, std::unique_ptr<attempt>>;
using legacy = std::vector<inheritance::part>;

/// The first act of a keeper: takes over what an earlier one left, and ends what cannot
/// be taken over, so that no agent runs twice. That is what the legacy names, and
/// beyond it what the roster names and the kernel proves: whoever left the legacy may
/// have been told of too little. Waits at most a few seconds; false if something would
/// not die.
[[nodiscard]] bool take_over(
  const ground& on,
  const std::string& state_dir,
  std::optional<legacy> left,
  const attempt::tell& to,
  attempts& into);

} // namespace troupe::keeper
