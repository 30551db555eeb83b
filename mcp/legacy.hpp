#pragma once

#include "mcp/toolsets.hpp"
#include "protocol/jsonrpc.hpp"

#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace troupe::mcp {

/// Revisions that begin with `initialize`, oldest first.
enum class revision : std::uint8_t {
  v2024_11_05,
  v2025_03_26, ///< Annotations; the only one with batches.
  v2025_06_18, ///< Titles, output schemas, structured content.
  v2025_11_25,
};

constexpr auto names(revision) {
  return std::to_array<std::string_view>(
    {"2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"});
}

inline constexpr auto newest_revision = revision::v2025_11_25;

/// Say this to the client: the answer to a request.
struct say_answer {
  json message;
};

/// Call a tool, then answer its id.
struct call_tool {
  json id;
  const tool* which = nullptr;
  json arguments = json::object();
  json progress_token; ///< Null: the client wants no progress.
};

/// Answer this call no more.
struct drop_call {
  json id;
};

using step = std::variant<say_answer, call_tool, drop_call>;

/// What one line asks for, in order. The answers of a batch go out as one array.
struct turn {
  std::vector<step> steps;
  bool batch = false;
};

/// The server's half of an MCP connection of the legacy eras. Pure: lines in, steps
/// out; calls are made by whoever owns it. Whatever a client sends is answered or
/// ignored as JSON-RPC says; nothing ends the conversation. Source: MCP specification
/// 2025-11-25 and before.
class legacy_dialogue {
public:
  static constexpr std::size_t batch_max = 64;

  explicit legacy_dialogue(tool_list list);

  [[nodiscard]] turn take(std::string_view line);

  /// The text of a CallToolResult: structured and mirrored as text, or an error for
  /// the model.
  [[nodiscard]] std::string call_result(const result<raw_json>& answer) const;

  /// Of the initialize request, for the log; empty before.
  [[nodiscard]] const std::string& client_name() const { return client_name_; }

private:
  using outcome = tl::expected<step, jsonrpc::rejection>;
  using method = outcome (legacy_dialogue::*)(const jsonrpc::message&);
  struct binding;

  static const binding* find(std::string_view name);

  [[nodiscard]] std::vector<step> take_message(const json& value, bool in_batch);
  [[nodiscard]] turn take_batch(const json& values);
  outcome answer(const jsonrpc::message& request, bool in_batch);
  outcome initialize(const jsonrpc::message& request);
  outcome ping(const jsonrpc::message& request);
  outcome list_tools(const jsonrpc::message& request);
  outcome begin_call(const jsonrpc::message& request);
  outcome set_level(const jsonrpc::message& request);
  [[nodiscard]] json definition(const tool& t) const;

  tool_list list_;
  std::optional<revision> revision_;
  std::string client_name_;
};

} // namespace troupe::mcp
