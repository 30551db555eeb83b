#pragma once

#include "mcp/steps.hpp"
#include "supervision/restart.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe::mcp {

/// The answers of one batch line, which go out together.
struct batch_answers {
  std::vector<raw_json> list;
  std::size_t open = 0; ///< Requests of it that are not settled.
};

/// One tool call under way.
struct open_call {
  call_tool asked;
  supervision::moment since{0};
  std::shared_ptr<batch_answers> batch; ///< Null: answered by itself.
  bool dropped = false;                 ///< The client wants no answer any more.
};

/// The calls of one client that are under way. A dropped call stays until its work has
/// answered, so that dropping calls makes no room for boundless work.
class open_calls {
public:
  static constexpr std::size_t wanted_max = 128;
  static constexpr std::size_t working_max = 256;

  [[nodiscard]] bool full() const;
  [[nodiscard]] bool empty() const { return calls_.empty(); }
  [[nodiscard]] bool has(const json& id) const;

  /// Names the call by a number, which also serves its timers.
  [[nodiscard]] std::uint64_t add(open_call call);

  /// The call if it is still wanted; nullptr otherwise.
  [[nodiscard]] const open_call* wanted(std::uint64_t number) const;

  /// Its work has answered.
  [[nodiscard]] std::optional<open_call> take(std::uint64_t number);

  /// The client wants no answer; the call that this is about, or nullptr.
  const open_call* drop(const json& id);

private:
  std::map<std::uint64_t, open_call> calls_;
  std::uint64_t next_ = 1;
  std::size_t wanted_ = 0;
};

} // namespace troupe::mcp
