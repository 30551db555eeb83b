#pragma once

#include "agents/adapter.hpp"
#include "protocol/web.hpp"

#include <cstdint>
#include <map>
#include <optional>

namespace troupe::agents::a2a {

/// What a request is for.
enum class errand : std::uint8_t {
  card,   ///< Read the agent's card.
  send,   ///< Say something, and hear what comes of it.
  look,   ///< Ask once how the task is.
  follow, ///< Hear of a task whose stream was lost.
  poll,   ///< Likewise, where there is no stream.
  watch,  ///< Whether a task that waits for an answer goes on without one.
  cancel,
};

/// The requests that something may yet come of.
class errands {
public:
  /// The id of the next one.
  [[nodiscard]] std::uint64_t next() const { return last_ + 1; }

  /// `request.id` is `next()`.
  void go(errand what, const web_request& request, step& out);

  [[nodiscard]] std::optional<errand> of(std::uint64_t id) const;
  [[nodiscard]] bool is_open(errand what) const;

  /// Nothing more comes of it.
  void done(std::uint64_t id) { open_.erase(id); }

  /// Nothing more is wanted of it.
  void drop(errand what, step& out);
  void drop_all(step& out);

private:
  void drop(std::uint64_t id, step& out);

  std::map<std::uint64_t, errand> open_;
  std::uint64_t last_ = 0;
};

} // namespace troupe::agents::a2a
