#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>

namespace troupe {

/// Why an operation failed, named for what the caller may do about it.
enum class errc : std::uint8_t {
  invalid_argument = 1, ///< Change the arguments.
  not_found,            ///< Name something that exists.
  conflict,             ///< It is taken, or not in the state this needs.
  ended,                ///< It is over; going on needs a new one.
  refused,              ///< Not allowed to this caller.
  busy,                 ///< A limit is reached; try later.
  timeout,              ///< No answer in time; the work may still be done.
  unavailable,          ///< A part is restarting; try again.
  internal,             ///< A bug of ours.
};

/// The message names the thing and says what to do, e.g. `run r_1: no such run`.
struct error {
  errc code = errc::internal;
  std::string message;

  friend bool operator==(const error&, const error&) = default;
};

/// A value, or the reason there is none. An ignored result is a warning.
template <class T>
struct [[nodiscard]] result : tl::expected<T, error> {
  using tl::expected<T, error>::expected;
};

[[nodiscard]] inline tl::unexpected<error> fail(errc code, std::string message) {
  return tl::unexpected(error{code, std::move(message)});
}

[[nodiscard]] inline tl::unexpected<error> fail(error e) {
  return tl::unexpected(std::move(e));
}

} // namespace troupe
