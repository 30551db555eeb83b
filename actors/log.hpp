#pragma once

#include <spdlog/spdlog.h>

#include <utility>

/// The one door to the log for actors. A line is one event: noun, id, past-tense verb,
/// key=value. `error`: a human must act; `warn`: we coped; `info`: a life event.
namespace troupe {

template <class... Xs>
void log_error(spdlog::format_string_t<Xs...> text, Xs&&... xs) {
  spdlog::error(text, std::forward<Xs>(xs)...);
}

template <class... Xs>
void log_warn(spdlog::format_string_t<Xs...> text, Xs&&... xs) {
  spdlog::warn(text, std::forward<Xs>(xs)...);
}

template <class... Xs>
void log_info(spdlog::format_string_t<Xs...> text, Xs&&... xs) {
  spdlog::info(text, std::forward<Xs>(xs)...);
}

} // namespace troupe
