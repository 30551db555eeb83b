#pragma once

#include "agents/a2a/card.hpp"
#include "protocol/json.hpp"
#include "protocol/messages.hpp"
#include "protocol/web.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// How both versions write the same things. Facts: observed with @a2a-js/sdk 1.3.0,
/// whose compatibility layer speaks 0.3; the specifications of both.
namespace troupe::agents::a2a {

/// A message of ours.
struct message {
  std::string id;
  std::vector<message_part> parts;
  std::string cwd; ///< Goes with it as metadata.
  std::optional<std::string> context;
  std::optional<std::string> task; ///< The one it answers.
};

/// Requests for the web; `id` is the request's.
class wire {
public:
  explicit wire(agent_interface to) : to_(std::move(to)) {}

  /// Streams where the agent can; else it is to answer at once, not when it is done.
  [[nodiscard]] web_request send(std::uint64_t id, const message& said) const;

  [[nodiscard]] web_request look(std::uint64_t id, const std::string& task) const;
  [[nodiscard]] web_request follow(std::uint64_t id, const std::string& task) const;
  [[nodiscard]] web_request cancel(std::uint64_t id, const std::string& task) const;

  [[nodiscard]] bool streams() const { return to_.streams; }

private:
  [[nodiscard]] bool is_old() const { return to_.speaks == dialect::v03; }
  [[nodiscard]] web_request
  call(std::uint64_t id, std::string_view method, json params) const;
  [[nodiscard]] web_request
  about(std::uint64_t id, std::string_view method, const std::string& task) const;

  agent_interface to_;
};

enum class task_state : std::uint8_t {
  unknown,
  submitted,
  working,
  input_required,
  auth_required,
  completed,
  failed,
  canceled,
  rejected,
};

/// Either version's word for it.
[[nodiscard]] task_state state_of(std::string_view word);

[[nodiscard]] bool is_over(task_state s);
[[nodiscard]] bool is_waiting(task_state s);

/// What a reply or an event tells; `what` lives in the JSON it was read from.
struct telling {
  enum class about : std::uint8_t { nothing, task, message, status, artifact };

  about kind = about::nothing;
  const json* what = nullptr;
};

/// Of the result of a call, or of an event of a stream.
[[nodiscard]] telling read_result(const json& result);

/// Parts as events show them: `{type: text|data|file, …}` (protocol/messages.hpp).
[[nodiscard]] json parts_of(const json& message_or_artifact);

/// Their words.
[[nodiscard]] std::string words_of(const json& parts);

} // namespace troupe::agents::a2a
