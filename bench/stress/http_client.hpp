#pragma once

#include "bench/stress/http_link.hpp"
#include "bench/stress/load.hpp"

#include <string>
#include <vector>

namespace troupe::stress {

/// Where a server is spoken to over HTTP.
struct http_endpoint {
  std::uint16_t port = 0;
  std::string authorization; ///< Value of the header; empty: none.
};

/// A client over Streamable HTTP: a session of MCP 2025-11-25 with its stream, and, to
/// who asks for it, calls of 2026-07-28 on the same connection. Each call is get_run of
/// one run.
class http_client final : public caller {
public:
  http_client(
    boost::asio::io_context& on, const http_endpoint& at, const std::string& run_id);

  /// Begins the session; without a stream yet.
  void begin(std::function<void()> then);

  /// Opens the stream; `told`: the URI of each resource that is said to have changed.
  void
  listen(std::function<void()> then, std::function<void(std::string_view uri)> told);

  /// One request a resource, one after the other.
  void subscribe(std::vector<std::string> uris, std::function<void()> then);

  void call(std::function<void()> then) override;

  /// From here on calls are of 2026-07-28, each for itself.
  void be_modern() { modern_ = true; }

private:
  void ask(
    const std::string& fields,
    const json& what,
    int status,
    std::function<void(const http_link::answer&)> then);
  [[nodiscard]] std::string fields_of_session() const;

  std::string head_;
  http_link link_;
  http_stream stream_;
  std::string run_id_;
  std::string session_;
  std::uint64_t asked_ = 0;
  bool modern_ = false;
};

/// get_run as a call, with these further parameters; whether this is a good answer.
[[nodiscard]] json call_of(std::uint64_t id, const std::string& run_id, json more = {});
[[nodiscard]] bool answers_call(std::string_view text);

/// initialize of 2025-11-25, and what follows its answer.
[[nodiscard]] json first_request();
[[nodiscard]] json first_notification();

} // namespace troupe::stress
