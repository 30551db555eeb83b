#pragma once

#include "keeper/succession.hpp"
#include "keeper/verbs.hpp"

#include <map>
#include <optional>
#include <vector>

namespace troupe::io {

using keeper::descriptor;

/// What a supervisor holds for the day its keeper is killed: of each attempt the
/// descriptors that the keeper has itself and what was last reported of it, and how to
/// become the next keeper. Lives on the loop's thread.
class estate {
public:
  /// Every report, in order, before anybody else hears of it.
  void note(const keeper::report& what, std::vector<descriptor> beside);

  /// The keeper was told to forget it.
  void forget(const keeper::attempt_key& key);

  /// Whether the keeper has closed the link on purpose.
  [[nodiscard]] bool dismissed() const { return dismissed_; }

  /// Becomes the keeper's successor. Returns only if that cannot be done: why.
  [[nodiscard]] error succeed(int lock, int listener) const;

private:
  struct holding {
    keeper::left_attempt known;
    std::vector<descriptor> things;
  };

  void note_closed(const keeper::attempt_key& key);
  void note_kept(const keeper::kept_report& what);

  std::map<keeper::attempt_key, holding> holdings_;
  std::optional<keeper::will_report> will_;
  bool dismissed_ = false;
};

} // namespace troupe::io
