#include "supervision/child_spec.hpp"

#include <algorithm>

namespace troupe::supervision {

namespace {

bool wants_restart(const child_spec& child, bool abnormal) {
  return child.restart == restart_type::permanent ||
         (child.restart == restart_type::transient && abnormal);
}

std::size_t first_affected(strategy how, std::size_t which) {
  return how == strategy::one_for_all ? 0 : which;
}

} // namespace

group_plan child_ended(
  strategy how,
  const std::vector<child_spec>& children,
  std::size_t which,
  bool abnormal,
  bool intensity_left) {
  group_plan plan;
  if (which >= children.size() || !wants_restart(children[which], abnormal))
    return plan;
  plan.escalate = !intensity_left;
  const auto from = plan.escalate ? 0 : first_affected(how, which);
  const bool alone = how == strategy::one_for_one && !plan.escalate;
  const auto until = alone ? which + 1 : children.size();
  for (auto i = until; i-- > from;)
    if (i != which)
      plan.stop.push_back(i);
  for (auto i = from; i < until && !plan.escalate; ++i)
    if (i == which || children[i].restart != restart_type::temporary)
      plan.start.push_back(i);
  return plan;
}

} // namespace troupe::supervision
