#pragma once

#include "a2a/mcp_client.hpp"
#include "a2a/run_task.hpp"

#include <functional>
#include <memory>
#include <string>

namespace troupe::a2a {

/// Who waits for what comes of a request: either one reply, or a stream of them.
class listener {
public:
  virtual ~listener() = default;
  virtual void reply(const json& message) = 0;
  virtual void event(const json& message) = 0; ///< The first one begins a stream.
  virtual void end() = 0;
  [[nodiscard]] virtual bool is_gone() const = 0;
};

/// What is served, and as what.
struct offer {
  std::string backend;
  std::string cwd;  ///< Of a context whose client names none; it may name one
                    ///< below it.
  std::string name; ///< Of the agent, in its card.
  std::string url;  ///< Where it is reached.
  json backend_config = json::object();
  bool wants_token = true;
};

/// The agent's card: both versions, one interface.
[[nodiscard]] json card_of(const offer& what);

/// Answers the methods of A2A by tools of the daemon. A task is a run, a context its
/// conversation, so both outlive this process; runs of others are not shown.
class desk {
public:
  desk(offer what, mcp_client& tools) : offer_(std::move(what)), tools_(tools) {}

  /// One JSON-RPC request; `version` is that of its A2A-Version header.
  void
  take(const json& request, std::string_view version, std::shared_ptr<listener> to);

private:
  struct question;
  using asked = std::shared_ptr<question>;
  using found = std::function<void(const json& view)>;

  void send(const asked& q);
  void begin(const asked& q, json input);
  void go_on(const asked& q, const json& view, json input);
  void sent(const asked& q, const json& view, std::uint64_t after_seq);
  void look(const asked& q);
  void list(const asked& q);
  void cancel(const asked& q);
  void subscribe(const asked& q);
  void await(const asked& q, const std::string& run_id);
  void follow(const asked& q, const std::string& run_id, std::uint64_t after_seq);
  void find(const asked& q, const std::string& run_id, found then);
  [[nodiscard]] result<std::string> place_for(const json& message) const;

  offer offer_;
  mcp_client& tools_;
};

} // namespace troupe::a2a
