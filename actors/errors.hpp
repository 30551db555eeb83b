#pragma once

#include "protocol/result.hpp"

#include <caf/error.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>
#include <caf/result.hpp>

CAF_ERROR_CODE_ENUM(troupe::errc, "troupe")

namespace troupe {

/// The only place where our errors and CAF's meet.
[[nodiscard]] inline caf::error to_caf(error e) {
  return caf::make_error(e.code, std::move(e.message));
}

template <class T>
[[nodiscard]] caf::result<T> to_caf(result<T> r) {
  if (r)
    return std::move(*r);
  return to_caf(std::move(r.error()));
}

/// Recovers what `to_caf` sent; an error of CAF's own means that a part died or did not
/// answer in time.
[[nodiscard]] inline error from_caf(const caf::error& e) {
  if (e.category() != caf::atom("troupe"))
    return {
      errc::unavailable,
      "a part of the daemon is restarting or busy; try again shortly"};
  const auto& context = e.context();
  const bool has_text = context.match_elements<std::string>();
  return {
    static_cast<errc>(e.code()),
    has_text ? context.get_as<std::string>(0) : std::string("no details")};
}

} // namespace troupe
