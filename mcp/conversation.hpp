#pragma once

#include "mcp/answers.hpp"
#include "mcp/dialogue.hpp"
#include "mcp/open_calls.hpp"
#include "mcp/subscriptions.hpp"

namespace troupe::mcp {

/// Say this line to the client.
struct say {
  std::string line;
  json about; ///< Id of the request on whose stream it belongs; null: of none.
};

/// Answer this by `settle`, at once or later.
struct work {
  std::uint64_t number = 0;
  std::shared_ptr<const request> asked;
};

/// The client wants no answer to this any more; `settle` it all the same.
struct forget {
  std::uint64_t number = 0;
};

using order = std::variant<say, work, forget>;
using orders = std::vector<order>;

/// One MCP connection as the server has it, in both eras: what is under way, batches,
/// what the client listens to, what it is asked. Pure: its owner gives it what was
/// heard and what was answered, and does what it orders, in order. Everything that is
/// said to the client is said by it.
class conversation {
public:
  static constexpr std::chrono::minutes round_time{60}; ///< That a state is good for.

  explicit conversation(terms held) : terms_(held), dialogue_(held) {}

  [[nodiscard]] orders take(std::string_view line, timestamp now);

  /// The answer to a piece of work.
  [[nodiscard]] orders settle(std::uint64_t number, settlement what, timestamp now);

  /// How far a piece of work is; nothing is said to who did not ask for it.
  [[nodiscard]] orders progress(
    std::uint64_t number, double done, std::optional<double> all, std::string text);

  /// What happens in a piece of work, or outside of any (0).
  [[nodiscard]] orders
  log(std::uint64_t number, log_level level, std::string_view logger, json what);

  /// Whether the client wants to be told what happens outside of its calls.
  [[nodiscard]] bool logs() const {
    return dialogue_.of_legacy().loudness().has_value();
  }

  /// A resource has changed.
  [[nodiscard]] orders changed(const std::string& uri) const;

  /// A list has changed.
  [[nodiscard]] orders changed(changing_list which) const;

  [[nodiscard]] const subscriptions& listening() const { return listening_; }

  /// Whether anybody would hear of such a change.
  [[nodiscard]] bool tells_of(changing_list which) const;

  /// The client will say nothing more: what it was asked will not be answered.
  void hang_up();

  /// Whether nothing of it is being worked on.
  [[nodiscard]] bool idle() const { return calls_.empty(); }

private:
  using batch = std::shared_ptr<batch_answers>;

  void play(step what, const batch& of, timestamp now, orders& out);
  void begin(request what, const batch& of, timestamp now, orders& out);
  void begin(const listen& what, orders& out);
  void drop(const json& id, orders& out);
  void take_reply(const client_reply& what, orders& out);
  void ask_client(std::uint64_t number, needs what, timestamp now, orders& out);
  void
  answer_with(std::uint64_t number, const settlement& what, timestamp now, orders& out);
  void watch(const request& asked, const granted& what, const batch& of, orders& out);
  [[nodiscard]] std::string
  line_of(const request& asked, const settlement& what, timestamp now) const;
  [[nodiscard]] bool tells_at_large(changing_list which) const;
  static void tell(const batch& of, std::string line, const json& about, orders& out);

  terms terms_;
  dialogue dialogue_;
  open_calls calls_;
  subscriptions listening_;
  std::map<std::string, listen> beginning_; ///< By printed id: not granted yet.
  std::uint64_t asked_ = 0;                 ///< Requests of ours so far.
};

} // namespace troupe::mcp
