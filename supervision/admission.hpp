#pragma once

#include "protocol/daemon_limits.hpp"
#include "protocol/headroom.hpp"
#include "protocol/result.hpp"
#include "supervision/restart.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace troupe::supervision {

/// Who asks for a run, as far as limits go.
struct spawn_request {
  std::optional<std::string> parent_run_id;
  std::uint32_t depth = 1;
};

/// Checks and counts in one step, so that no two callers share a place. Refusals are
/// errc::busy (try later) or errc::refused (depth; never) and say which limit, where it
/// stands and what to do. A refused request leaves no trace. Memory is bounded by the
/// limits: one moment a start of the last minute, one entry a parent with live
/// children.
class admission {
public:
  explicit admission(const admission_limits& limits);

  [[nodiscard]] result<void>
  admit(const spawn_request& request, moment now, const headroom& left = {});

  /// What `admit` says of the depth alone, which no later time changes.
  [[nodiscard]] result<void> admit_at(std::uint32_t depth) const;

  /// Counts a run found on disk or resumed by policy; never refused, and no start of
  /// the last minute.
  void readmit(const spawn_request& request);

  /// A run became final; once for each that was admitted or readmitted.
  void release(const std::optional<std::string>& parent_run_id);

  [[nodiscard]] std::uint32_t live() const { return live_; }

private:
  [[nodiscard]] result<void> admit_beside(const headroom& left) const;
  [[nodiscard]] result<void>
  admit_below(const std::optional<std::string>& parent) const;
  void forget_older(moment now);
  [[nodiscard]] std::uint32_t children_of(const std::string& parent_run_id) const;

  admission_limits limits_;
  std::uint32_t live_ = 0;
  std::deque<moment> recent_;
  std::map<std::string, std::uint32_t> children_;
};

} // namespace troupe::supervision
