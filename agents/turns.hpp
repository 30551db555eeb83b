#pragma once

#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace troupe::agents {

/// Turns said while another runs. They are sent one at a time: an agent that reads
/// ahead merges what it finds, and its results can then no longer be counted.
class waiting_turns {
public:
  static constexpr std::size_t count_max = 64;

  /// False if too many wait.
  [[nodiscard]] bool push(std::string text) {
    if (full())
      return false;
    texts_.push_back(std::move(text));
    return true;
  }

  [[nodiscard]] std::optional<std::string> pop() {
    if (texts_.empty())
      return {};
    auto text = std::move(texts_.front());
    texts_.pop_front();
    return text;
  }

  /// Oldest first.
  [[nodiscard]] std::vector<std::string> all() const {
    return {texts_.begin(), texts_.end()};
  }

  [[nodiscard]] std::size_t count() const { return texts_.size(); }

  [[nodiscard]] bool full() const { return texts_.size() == count_max; }

private:
  std::deque<std::string> texts_;
};

} // namespace troupe::agents
