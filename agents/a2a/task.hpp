#pragma once

#include "agents/a2a/wire.hpp"
#include "agents/agent_line.hpp"

#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace troupe::agents::a2a {

/// What is known of the task that the remote agent works on, whichever way it was
/// heard: as a snapshot, or as updates of one. Tells each message and artifact once.
class remote_task {
public:
  static constexpr std::size_t artifacts_max = 256;
  static constexpr std::size_t artifact_bytes_max = 16 * 1024 * 1024; ///< Of all.
  static constexpr std::size_t heard_max = 4096; ///< Messages known not to be new.

  /// A further message is sent: what is heard next is of it.
  void turn_began();

  /// False if it tells of nothing that is known.
  bool take(const telling& told, step& out);

  /// The turn is over: tells artifacts that no one called complete.
  void turn_over(step& out);

  [[nodiscard]] task_state state() const { return state_; }
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const std::string& context() const { return context_; }

  /// Whether it was answered by a message alone, without a task.
  [[nodiscard]] bool has_plain_answer() const { return plain_answer_; }

  /// What its status says: id, parts and words.
  [[nodiscard]] const std::string& status_message() const { return status_message_; }
  [[nodiscard]] const json& status_parts() const { return status_parts_; }
  [[nodiscard]] std::string status_words() const { return words_of(status_parts_); }

  /// The words of its artifacts, else of its last message; the first object among its
  /// data.
  [[nodiscard]] run_result result() const;

private:
  struct artifact {
    std::string id;
    std::string name;
    std::string description;
    json parts = json::array();
    std::size_t bytes = 0;
    bool told = false;
  };

  void take_task(const json& task, step& out);
  void take_status(const json& status, step& out);
  void take_message(const json& message, step& out);
  void take_artifact(const json& given, bool append, bool last, step& out);
  void place(const json& told);
  artifact* find_or_add(const json& given, step& out);
  void tell_artifact(artifact& each, step& out);
  [[nodiscard]] bool fits(artifact& each, std::size_t bytes, step& out);
  [[nodiscard]] bool is_new(std::string_view id);

  std::string id_;
  std::string context_;
  task_state state_ = task_state::unknown;
  std::string status_message_;
  json status_parts_ = json::array();
  std::string last_words_; ///< Of the agent's messages in this turn.
  std::vector<artifact> artifacts_;
  std::size_t artifact_bytes_ = 0;
  std::deque<std::string> heard_; ///< Ids of messages that were told.
  bool plain_answer_ = false;
  bool truncated_ = false;
};

} // namespace troupe::agents::a2a
