#pragma once

#include "bench/stress/http_client.hpp"
#include "bench/stress/scenarios.hpp"
#include "bench/stress/stdio_client.hpp"

#include <memory>
#include <string>
#include <vector>

/// Who takes part in scenario `door`.
namespace troupe::stress {

/// An MCP server with runs that clients look at, and watch. Ends with this object.
class mcp_server {
public:
  mcp_server() = default;
  virtual ~mcp_server() = default;
  mcp_server(const mcp_server&) = delete;
  mcp_server& operator=(const mcp_server&) = delete;

  /// From nothing to listening.
  virtual http_endpoint start() = 0;
  virtual void stop() = 0;

  /// Whether it speaks MCP 2026-07-28 too.
  [[nodiscard]] virtual bool is_modern() const = 0;

  /// Its name and version, once started.
  [[nodiscard]] virtual std::string name() const = 0;

  /// Has so many runs from now on; their ids.
  virtual std::vector<std::string> runs(int count) = 0;

  /// What get_run tells of each.
  [[nodiscard]] virtual json views() const = 0;

  /// Has the resource of one of them change.
  virtual void change(std::size_t which) = 0;

  /// The server's own: no agents, and not what it needs for clients over stdio.
  [[nodiscard]] virtual std::vector<int> processes() const = 0;

  /// Serves one client over stdio.
  [[nodiscard]] virtual starter over_stdio() const = 0;
};

/// The daemon, and `troupe mcp` for stdio.
[[nodiscard]] std::unique_ptr<mcp_server> troupe_server(const plan& how);

/// sdk_server.mjs with these views; the error says why it takes no part.
[[nodiscard]] result<std::unique_ptr<mcp_server>>
sdk_server(const plan& how, const json& views);

} // namespace troupe::stress
