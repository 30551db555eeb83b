#include "supervision/silence.hpp"

#include <algorithm>

namespace troupe::supervision {

using namespace std::chrono_literals;

namespace {

constexpr moment warn_after = 10min;
constexpr moment look_every_min = 100ms;
constexpr moment look_every_max = 1min;
constexpr std::uint64_t busy_percent = 5;
constexpr std::uint64_t busy_bytes_a_second = 4096;

std::string spelled(moment span) {
  if (span < 1s)
    return std::to_string(span.count()) + " ms";
  if (span >= warn_after && span % 1min < 1s)
    return std::to_string(span / 1min) + " min";
  return std::to_string(span / 1s) + " s";
}

} // namespace

silence::silence(std::optional<std::uint32_t> limit_s)
  : is_limited_(limit_s.has_value()),
    limit_(limit_s ? moment{std::chrono::seconds{*limit_s}} : warn_after) {}

void silence::heard(moment now) {
  silent_since_ = std::max(silent_since_, now);
  quiet_since_ = std::max(quiet_since_, now);
  last_look_.reset();
  look_taken_.reset();
  taken_ = silence_step::none;
}

void silence::worked(moment now, const tree_work& seen) {
  if (was_busy(now, seen))
    quiet_since_ = std::max(quiet_since_, now);
  last_look_ = look{now, seen};
}

bool silence::was_busy(moment now, const tree_work& seen) const {
  if (!last_look_ || now <= last_look_->at)
    return false;
  const auto span = static_cast<std::uint64_t>((now - last_look_->at).count());
  const auto since = [](std::uint64_t before, std::uint64_t after) {
    return after - std::min(before, after);
  };
  const auto cpu_ms = since(last_look_->seen.cpu_ms, seen.cpu_ms);
  const auto bytes = since(last_look_->seen.io_bytes, seen.io_bytes);
  return cpu_ms * 100 >= span * busy_percent ||
         bytes * 1000 >= span * busy_bytes_a_second;
}

silence_step silence::due(moment now) {
  auto found = silence_step::none;
  for (auto step = following(); step != silence_step::none; step = following()) {
    if (*at(step) > now)
      break;
    found = taken_ = step;
  }
  return found;
}

silence_step silence::following() const {
  switch (taken_) {
  case silence_step::none:
    return silence_step::warn;
  case silence_step::warn:
    return is_limited_ ? silence_step::nudge : silence_step::none;
  case silence_step::nudge:
    return silence_step::end;
  case silence_step::end:
    break;
  }
  return silence_step::none;
}

std::optional<moment> silence::at(silence_step step) const {
  const auto quarters = [&]() -> std::optional<int> {
    switch (step) {
    case silence_step::warn:
      return is_limited_ ? 2 : 4;
    case silence_step::nudge:
      return 3;
    case silence_step::end:
      return 4;
    case silence_step::none:
      break;
    }
    return {};
  }();
  if (!quarters)
    return {};
  const auto part = limit_ * *quarters / 4;
  return std::min(quiet_since_ + part, silent_since_ + work_believed * part);
}

std::optional<moment> silence::next_look() const {
  if (following() == silence_step::none)
    return {};
  const auto from = quiet_since_ + limit_ / 4;
  if (!look_taken_)
    return from;
  return std::max(
    from, *look_taken_ + std::clamp(limit_ / 8, look_every_min, look_every_max));
}

bool silence::take_look(moment now) {
  const auto due = next_look();
  if (!due || *due > now)
    return false;
  look_taken_ = now;
  return true;
}

std::string silence::describe(moment now) const {
  auto text = "said nothing for " + spelled(now - silent_since_);
  if (quiet_since_ > silent_since_)
    text +=
      ", although its processes worked until " + spelled(now - quiet_since_) + " ago";
  if (!is_limited_)
    return text + " with no tool call open; no limits.idle_s is set, so it goes on";
  return text + "; the limit is " + spelled(limit_) + " (limits.idle_s)" +
         (quiet_since_ > silent_since_ ? ", four times that if it works without a word"
                                       : "");
}

} // namespace troupe::supervision
