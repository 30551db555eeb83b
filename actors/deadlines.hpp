#pragma once

#include <chrono>

/// How long actors wait for each other. Every question between them has one of these;
/// none is a policy, all say "the other is stuck or gone".
namespace troupe::deadline {

/// The journal, behind a slow disk.
inline constexpr std::chrono::seconds disk{30};

/// The journal at a start, when it reads all there is.
inline constexpr std::chrono::seconds recovery{600};

/// Another actor that only has to look something up.
inline constexpr std::chrono::seconds answer{10};

/// The keeper, for a look at an agent's processes; without it there is an answer too.
inline constexpr std::chrono::milliseconds look{500};

/// The files of a git repository, which may be very many.
inline constexpr std::chrono::seconds checkout{600};

/// A run that has to end its tree first.
inline constexpr std::chrono::seconds stop{60};

} // namespace troupe::deadline
