#pragma once

#include "protocol/json.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::agents {

/// Goes through a JSON Schema once, by its keywords and its references, before anybody
/// is asked to fit it: what cannot be checked in bounded time is refused, and what is
/// not checked is taken out.
///
/// Regular expressions and formats (which are expressions too) are taken out: one of a
/// stranger's, on a text of an agent's, may keep a thread busy for ever.
class schema_walk {
public:
  static constexpr int depth_max = 24;
  static constexpr std::size_t subschemas_max = 1000; ///< References followed.

  explicit schema_walk(json root) : root_(std::move(root)) {}

  /// Where and why the schema cannot be used.
  [[nodiscard]] check go();

  /// What is left of it to check against, after `go`.
  [[nodiscard]] const json& plain() const { return root_; }

  /// How many schemas it comes to.
  [[nodiscard]] std::size_t subschemas() const { return subschemas_; }

private:
  check visit(json& schema, int depth);
  check visit_keywords(json& schema, int depth);
  check visit_list(json& list, int depth);
  check visit_members(json& members, int depth);
  check follow(const json& reference, int depth);

  json root_;
  std::vector<std::string> followed_;
  std::size_t subschemas_ = 0;
};

} // namespace troupe::agents
