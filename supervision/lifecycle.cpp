#include "supervision/lifecycle.hpp"

#include <algorithm>

namespace troupe::supervision {

namespace {

using enum run_event;
using phase = run_phase;

constexpr auto table = std::to_array<transition>({
  {phase::queued, admitted, phase::starting},
  {phase::queued, ended_badly, phase::failed},
  {phase::queued, told_to_stop, phase::stopping},
  {phase::queued, stopped, phase::cancelled},

  {phase::starting, first_output, phase::working},
  {phase::starting, asked, phase::input_required},
  {phase::starting, asked_for_login, phase::auth_required},
  {phase::starting, result_known, phase::finishing},
  {phase::starting, attempt_over, phase::backing_off},
  {phase::starting, limit_reached, phase::parked},
  {phase::starting, ended_badly, phase::failed},
  {phase::starting, refused, phase::rejected},
  {phase::starting, told_to_stop, phase::stopping},

  {phase::working, asked, phase::input_required},
  {phase::working, asked_for_login, phase::auth_required},
  {phase::working, result_known, phase::finishing},
  {phase::working, attempt_over, phase::backing_off},
  {phase::working, limit_reached, phase::parked},
  {phase::working, ended_badly, phase::failed},
  {phase::working, refused, phase::rejected},
  {phase::working, told_to_stop, phase::stopping},

  {phase::input_required, answered, phase::working},
  {phase::input_required, result_known, phase::finishing},
  {phase::input_required, attempt_over, phase::backing_off},
  {phase::input_required, limit_reached, phase::parked},
  {phase::input_required, ended_badly, phase::failed},
  {phase::input_required, told_to_stop, phase::stopping},

  {phase::auth_required, answered, phase::working},
  {phase::auth_required, result_known, phase::finishing},
  {phase::auth_required, attempt_over, phase::backing_off},
  {phase::auth_required, limit_reached, phase::parked},
  {phase::auth_required, ended_badly, phase::failed},
  {phase::auth_required, told_to_stop, phase::stopping},

  {phase::finishing, attempt_over, phase::backing_off},
  {phase::finishing, limit_reached, phase::parked},
  {phase::finishing, ended_well, phase::completed},
  {phase::finishing, ended_badly, phase::failed},
  {phase::finishing, told_to_stop, phase::stopping},

  {phase::backing_off, wait_over, phase::resuming},
  {phase::backing_off, told_to_stop, phase::stopping},
  {phase::backing_off, stopped, phase::cancelled},

  {phase::parked, wait_over, phase::resuming},
  {phase::parked, told_to_stop, phase::stopping},
  {phase::parked, stopped, phase::cancelled},

  {phase::resuming, admitted, phase::starting},
  {phase::resuming, attempt_over, phase::backing_off},
  {phase::resuming, limit_reached, phase::parked},
  {phase::resuming, ended_badly, phase::failed},
  {phase::resuming, told_to_stop, phase::stopping},

  {phase::stopping, stopped, phase::cancelled},
});

constexpr auto phase_names = names(run_phase{});
constexpr auto event_names = names(run_event{});

constexpr std::optional<run_phase> find(run_phase from, run_event on) {
  for (const auto& row : table)
    if (row.from == from && row.on == on)
      return row.to;
  return {};
}

constexpr bool nothing_leaves_a_final_phase() {
  return std::ranges::none_of(
    table, [](const auto& row) { return is_final(row.from); });
}

constexpr bool every_row_is_the_only_one() {
  return std::ranges::all_of(
    table, [](const auto& row) { return find(row.from, row.on) == row.to; });
}

constexpr bool a_stop_reaches_every_live_phase() {
  for (auto p = phase::queued; !is_final(p); p = static_cast<phase>(int(p) + 1))
    if (p != phase::stopping && find(p, told_to_stop) != phase::stopping)
      return false;
  return find(phase::stopping, stopped) == phase::cancelled;
}

static_assert(nothing_leaves_a_final_phase());
static_assert(every_row_is_the_only_one());
static_assert(a_stop_reaches_every_live_phase());
static_assert(phase_names.size() == static_cast<std::size_t>(phase::rejected) + 1);
static_assert(event_names.size() == static_cast<std::size_t>(stopped) + 1);

std::string arrow(std::string_view from, std::string_view to) {
  return "    " + std::string(from) + " --> " + std::string(to);
}

std::string_view name_of(run_phase p) {
  return phase_names[static_cast<std::size_t>(p)];
}

} // namespace

std::span<const transition> lifecycle() {
  return table;
}

std::optional<run_phase> next(run_phase from, run_event on) {
  return find(from, on);
}

std::string draw_lifecycle() {
  std::string text = "stateDiagram-v2\n" + arrow("[*]", "queued") + "\n";
  for (const auto& row : table) {
    const auto event = event_names[static_cast<std::size_t>(row.on)];
    text +=
      arrow(name_of(row.from), name_of(row.to)).append(" : ").append(event) + "\n";
  }
  for (const auto p :
       {phase::completed, phase::failed, phase::cancelled, phase::rejected})
    text += arrow(name_of(p), "[*]") + "\n";
  return text;
}

} // namespace troupe::supervision
