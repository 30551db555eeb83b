#pragma once

#include "agents/adapter.hpp"
#include "protocol/messages.hpp"

#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace troupe::agents {

/// Turns said while another runs. They are sent one at a time: an agent that reads
/// ahead merges what it finds, and its results can then no longer be counted.
class waiting_turns {
public:
  static constexpr std::size_t count_max = 64;

  /// Of all that wait; one more is taken below it.
  static constexpr std::size_t bytes_max = std::size_t{16} * 1024 * 1024;

  /// False if too many wait.
  [[nodiscard]] bool push(agent_message said);

  [[nodiscard]] std::optional<agent_message> pop();

  /// Oldest first.
  [[nodiscard]] std::vector<agent_message> all() const {
    return {waiting_.begin(), waiting_.end()};
  }

  [[nodiscard]] std::size_t count() const { return waiting_.size(); }

  [[nodiscard]] bool full() const {
    return waiting_.size() == count_max || bytes_ >= bytes_max;
  }

private:
  std::list<agent_message> waiting_; ///< Nothing while it is empty.
  std::size_t bytes_ = 0;
};

/// The first turn of an attempt; of a later one it may be the notice of a restart.
struct opening_turn {
  agent_message said;
  agent_message prompt; ///< Of the run, if it is a notice.
  bool notice = false;
  bool begins =
    false; ///< Whether the prompt began the conversation, if it is a notice.
};

/// A notice has the prompt with it, its parts too if there are any.
[[nodiscard]] opening_turn opening_of(const agent_input& said);

/// A turn as a `message_added` event tells of it.
[[nodiscard]] json added_turn(const agent_message& message);

/// Judges the end of a process that gave no result to what it was asked, where nothing
/// more is known of its agent. `otherwise` is the detail where it said nothing itself.
[[nodiscard]] exit_reason end_without_result(
  const process_end& how, bool asked, bool said_anything, std::string_view otherwise);

/// The agent cannot go on with its session; `why` says what that is, or cannot.
[[nodiscard]] exit_reason session_lost(std::string_view session, std::string_view why);

/// What the adapters of agents share that take one turn after another: how an attempt
/// ends, what it came to, and what waits for its next.
class turn_adapter : public adapter {
public:
  [[nodiscard]] exit_reason ended(const process_end& how) const final {
    return has_answer() ? answer_->reason : judged_by_its_end(how);
  }

  [[nodiscard]] run_result outcome() const final {
    auto result = has_answer() ? answer_->result : run_result{};
    count_spending(result);
    return result;
  }

  [[nodiscard]] std::optional<std::string> session() const final { return session_; }

  [[nodiscard]] bool takes_turns() const override {
    return !closed_ && !waiting_.full();
  }

  [[nodiscard]] std::vector<agent_message> unsent() const final {
    return waiting_.all();
  }

protected:
  /// Has a turn wait if it must, and tells of it unless the run or an earlier attempt
  /// has: they tell an attempt's first, and what was carried. Whether to send it now.
  /// One that interrupts stops the turn it would wait for.
  bool
  take_in(const agent_input& said, const agent_message& message, bool waits, step& out);

  waiting_turns waiting_;
  std::optional<turn_end> answer_;     ///< The last turn's.
  std::optional<std::string> session_; ///< Fit to be resumed.
  bool said_anything_ = false;
  bool began_ = false;  ///< There was a turn.
  bool asked_ = false;  ///< A turn of ours has no end yet.
  bool closed_ = false; ///< Its input is.

private:
  /// The end of a process that gave no end to what it was asked.
  [[nodiscard]] virtual exit_reason judged_by_its_end(const process_end& how) const = 0;
  virtual void count_spending(run_result& result) const = 0;
  /// Stops the turn that runs; by default it goes on.
  virtual void interrupt(step&) {}

  [[nodiscard]] bool has_answer() const { return answer_ && !asked_; }
};

} // namespace troupe::agents
