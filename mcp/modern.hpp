#pragma once

#include "mcp/request.hpp"
#include "mcp/terms.hpp"

namespace troupe::mcp {

inline constexpr std::string_view version_key =
  "io.modelcontextprotocol/protocolVersion";
inline constexpr std::string_view capabilities_key =
  "io.modelcontextprotocol/clientCapabilities";
inline constexpr std::string_view subscription_key =
  "io.modelcontextprotocol/subscriptionId";

/// The server's half of the era in which every request says in which revision it
/// speaks, who asks and what the asker can do. Remembers nothing from one request to
/// the next. Pure. Source: MCP specification 2026-07-28.
class modern_dialogue {
public:
  static constexpr int unsupported_version = -32022;
  static constexpr std::size_t uris_max = 256; ///< That one request listens for.

  explicit modern_dialogue(terms held) : terms_(std::move(held)) {}

  /// Whether a request is of this era.
  [[nodiscard]] static bool claims(const jsonrpc::message& request);

  [[nodiscard]] outcome answer(const jsonrpc::message& asked, timestamp now) const;

private:
  using reader =
    tl::expected<matter, jsonrpc::rejection> (*)(const jsonrpc::message&, const offer&);
  using method = outcome (modern_dialogue::*)(const jsonrpc::message&) const;
  struct binding;
  struct question;

  [[nodiscard]] outcome
  play(const jsonrpc::message& asked, request by, timestamp now) const;
  [[nodiscard]] outcome
  ask(const jsonrpc::message& asked, const question& how, request by, timestamp now)
    const;
  [[nodiscard]] tl::expected<void, jsonrpc::rejection>
  take_round(const jsonrpc::message& asked, request& by, timestamp now) const;
  [[nodiscard]] outcome discover(const jsonrpc::message& asked) const;
  [[nodiscard]] outcome list_tools(const jsonrpc::message& asked) const;
  [[nodiscard]] outcome list_prompts(const jsonrpc::message& asked) const;
  [[nodiscard]] outcome list_templates(const jsonrpc::message& asked) const;
  [[nodiscard]] outcome
  begin_listening(const jsonrpc::message& asked, const request& by) const;
  [[nodiscard]] json cached(json fields) const;

  terms terms_;
};

/// What the state of a round is sealed for: this request, by this client.
[[nodiscard]] std::string
purpose_of(const request& asked, const std::string& principal);

} // namespace troupe::mcp
