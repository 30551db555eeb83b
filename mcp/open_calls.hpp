#pragma once

#include "mcp/request.hpp"

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
  std::string about;    ///< The id of one of them.
};

/// One request under way.
struct open_call {
  std::shared_ptr<const request> asked;
  std::shared_ptr<batch_answers> batch; ///< Null: answered by itself.
  bool dropped = false;                 ///< The client wants no answer any more.
  /// What the client was asked meanwhile and has not given: request id → key.
  std::map<std::string, std::string> awaited;
};

/// The requests of one client that are under way. A dropped one stays until its work
/// has answered, so that dropping requests makes no room for boundless work.
class open_calls {
public:
  static constexpr std::size_t wanted_max = 128;
  static constexpr std::size_t working_max = 256;

  [[nodiscard]] bool full() const;
  [[nodiscard]] bool empty() const { return calls_.empty(); }
  [[nodiscard]] bool has(const json& id) const;

  /// Names the call by a number.
  [[nodiscard]] std::uint64_t add(open_call call);

  /// The call if it is still wanted; nullptr otherwise.
  [[nodiscard]] open_call* wanted(std::uint64_t number);

  /// Its work has answered.
  [[nodiscard]] std::optional<open_call> take(std::uint64_t number);

  /// The number of the call with this id that is wanted.
  [[nodiscard]] std::optional<std::uint64_t> number_of(const json& id) const;

  /// The number of the call that waits for the answer to this request of ours.
  [[nodiscard]] std::optional<std::uint64_t> awaiting(const std::string& id) const;

  /// Those whose client has something to give first: nobody works on them.
  [[nodiscard]] std::vector<std::uint64_t> awaiting() const;

  /// The client wants no answer.
  void drop(std::uint64_t number);

private:
  std::map<std::uint64_t, open_call> calls_;
  std::uint64_t next_ = 1;
  std::size_t wanted_ = 0;
};

} // namespace troupe::mcp
