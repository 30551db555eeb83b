#pragma once

#include "agents/a2a/card.hpp"
#include "agents/a2a/errands.hpp"
#include "agents/agent_line.hpp"

#include <cstdint>
#include <optional>

namespace troupe::agents::a2a {

/// The way to the agent's interface: its card, wherever that is. Redirects are followed
/// within one origin, three at most; none is for anything but the card.
class greeting {
public:
  explicit greeting(const attempt_plan& plan);

  void begin(errands& to, step& out);

  /// News of the request for the card. Returns why there will be no talk, if so.
  [[nodiscard]] std::optional<exit_reason>
  heard(const json& news, errands& to, step& out);

  /// Once the card was read.
  [[nodiscard]] const std::optional<agent_interface>& found() const { return found_; }

private:
  using failure = std::optional<exit_reason>;

  void ask(errands& to, step& out, std::uint32_t after_ms = 0) const;
  [[nodiscard]] failure try_again(exit_reason why, errands& to, step& out);
  [[nodiscard]] failure redirected(const json& news, errands& to, step& out);

  result<talk_settings> settings_;
  web_address at_;
  std::optional<agent_interface> found_;
  int redirects_ = 0;
  int tries_ = 0;
  bool older_ = false;
};

} // namespace troupe::agents::a2a
