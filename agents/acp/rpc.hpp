#pragma once

#include "agents/agent_line.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::agents::acp {

/// What the agent is asked. Sent as JSON-RPC 2.0 requests with ids of ours; those of
/// the agent are another space.
enum class question : std::uint8_t {
  initialize,
  open_session,
  set_mode,
  catch_up,
  prompt
};

namespace code {
inline constexpr int method_not_found = -32601;
inline constexpr int internal_error = -32603;
inline constexpr int not_logged_in = -32000;
inline constexpr int resource_not_found = -32002;
inline constexpr int request_cancelled = -32800;
} // namespace code

/// Knows which answer is to which question.
class rpc {
public:
  void ask(question what, std::string_view method, json params, step& out);

  /// What a line with a result or an error answers, once; nothing if nobody asked.
  [[nodiscard]] std::optional<question> answered(const json& line);

  static void notify(std::string_view method, json params, step& out);
  static void answer(const json& id, json result, step& out);
  static void refuse(const json& id, int code, std::string_view message, step& out);

private:
  std::map<std::int64_t, question> open_;
  std::int64_t asked_ = 0;
};

} // namespace troupe::agents::acp
