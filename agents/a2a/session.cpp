#include "agents/a2a/session.hpp"

#include "protocol/json.hpp"

namespace troupe::agents::a2a {

remote_session session_of(const attempt_plan& plan) {
  const auto text = plan.session.value_or("");
  if (plan.resume)
    if (auto kept = decode_text<remote_session>(text))
      return std::move(*kept);
  return {.key = text};
}

} // namespace troupe::agents::a2a
