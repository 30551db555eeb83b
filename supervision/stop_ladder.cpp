#include "supervision/stop_ladder.hpp"

#include <algorithm>

namespace troupe::supervision {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds input_grace = 1s;
constexpr milliseconds stop_grace = 3s;
constexpr milliseconds finish_grace = 2s;

} // namespace

std::string_view step_name(stop_action action) {
  switch (action) {
  case stop_action::interrupt:
    return "interrupt";
  case stop_action::close_stdin:
    return "close_stdin";
  case stop_action::terminate:
    return "terminate";
  case stop_action::kill_tree:
    break;
  }
  return "kill";
}

std::string_view meaning(stop_action action) {
  switch (action) {
  case stop_action::interrupt:
    return "interrupts it";
  case stop_action::close_stdin:
    return "closes its input";
  case stop_action::terminate:
    return "sends SIGTERM";
  case stop_action::kill_tree:
    break;
  }
  return "kills all its processes";
}

std::vector<stop_rung> stop_ladder(const stop_manners& manners) {
  const auto terminate =
    manners.interrupts ? manners.interrupt_grace + input_grace : 0ms;
  std::vector<stop_rung> rungs;
  if (manners.interrupts)
    rungs.push_back({0ms, stop_action::interrupt});
  if (manners.stdin_open)
    rungs.push_back(
      {manners.interrupts ? manners.interrupt_grace : 0ms, stop_action::close_stdin});
  rungs.push_back({terminate, stop_action::terminate});
  rungs.push_back({terminate + stop_grace, stop_action::kill_tree});
  return rungs;
}

std::vector<stop_rung> finish_ladder(const stop_manners& manners, milliseconds linger) {
  linger = std::max(linger, 0ms);
  std::vector<stop_rung> rungs;
  if (manners.stdin_open)
    rungs.push_back({0ms, stop_action::close_stdin});
  rungs.push_back({linger, stop_action::terminate});
  rungs.push_back({linger + finish_grace, stop_action::kill_tree});
  return rungs;
}

std::vector<stop_rung> rest_ladder(const stop_manners& manners) {
  return {{manners.rest_grace, stop_action::kill_tree}};
}

} // namespace troupe::supervision
