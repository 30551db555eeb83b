#pragma once

#include "mcp/request.hpp"
#include "mcp/terms.hpp"

#include <optional>
#include <string>

namespace troupe::mcp {

/// The server's half of a conversation of the eras that begin with `initialize`. Pure.
/// Source: MCP specification 2025-11-25 and before.
class legacy_dialogue {
public:
  explicit legacy_dialogue(terms held) : terms_(std::move(held)) {}

  [[nodiscard]] outcome answer(const jsonrpc::message& request, bool in_batch);

  /// Whether the revision that was agreed on has batches.
  [[nodiscard]] bool has_batches() const { return revision_ == revision::v2025_03_26; }

  [[nodiscard]] bool has_begun() const { return revision_.has_value(); }

  /// From which level on the client is told what happens; nothing until it says so.
  [[nodiscard]] std::optional<log_level> loudness() const { return loudness_; }

private:
  using method = outcome (legacy_dialogue::*)(const jsonrpc::message&);
  using reader =
    tl::expected<matter, jsonrpc::rejection> (*)(const jsonrpc::message&, const offer&);
  struct binding;
  struct question;

  [[nodiscard]] bool is_offered(std::string_view method) const;
  outcome ask(const jsonrpc::message& asked, reader read) const;

  outcome initialize(const jsonrpc::message& request);
  outcome ping(const jsonrpc::message& request);
  outcome list_tools(const jsonrpc::message& request);
  outcome list_prompts(const jsonrpc::message& request);
  outcome list_templates(const jsonrpc::message& request);
  outcome set_level(const jsonrpc::message& request);
  outcome unsubscribe(const jsonrpc::message& request);

  terms terms_;
  std::optional<revision> revision_;
  std::optional<log_level> loudness_;
  client_abilities client_;
  std::string client_name_;
};

/// Whether a server that offers this has the method, which both eras know.
[[nodiscard]] bool offers_method(const offer& by, std::string_view method);

} // namespace troupe::mcp
