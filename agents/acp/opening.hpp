#pragma once

#include "agents/acp/command_line.hpp"
#include "agents/acp/rpc.hpp"
#include "agents/agent_line.hpp"

#include <optional>
#include <string>

namespace troupe::agents::acp {

/// The way to a session that takes prompts: `initialize`, then a new session or the old
/// one, then its mode. One that goes on is resumed where the agent can, else loaded,
/// with all that was said in it once more. Gemini CLI 0.61.0 goes on saying it after it
/// has answered that the session is loaded: it is then asked what it does not know,
/// until nothing comes before the answer.
class opening {
public:
  explicit opening(const attempt_plan& plan);

  void begin(rpc& asks, step& out);

  /// An answer to one of its questions. Returns why there will be no session, if so.
  [[nodiscard]] std::optional<exit_reason>
  answered(question what, const json& line, rpc& asks, step& out);

  /// Asks for a new session where the old one is lost.
  void anew(rpc& asks, step& out);

  /// The agent told something of the session before it was ready.
  void repeated() { repeated_ = true; }

  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] const std::string& session_id() const { return session_id_; }

  /// Whether the agent can go on with a session in another process.
  [[nodiscard]] bool resumable() const { return resumes_ || loads_; }

  [[nodiscard]] bool is_draft() const { return version_ == draft_version; }

  /// Its `promptCapabilities`; null if it names none, as in the draft.
  [[nodiscard]] const json& takes() const { return takes_; }
  [[nodiscard]] bool is_gemini() const { return gemini_; }

private:
  using failure = std::optional<exit_reason>;

  [[nodiscard]] failure initialized(const json& result, rpc& asks, step& out);
  [[nodiscard]] failure open(rpc& asks, step& out);
  [[nodiscard]] failure opened(const json& line, rpc& asks, step& out);
  [[nodiscard]] failure set_mode(const json& session, rpc& asks, step& out);
  [[nodiscard]] failure catch_up(rpc& asks, step& out);
  [[nodiscard]] failure not_found(const std::string& why) const;

  std::string cwd_;
  std::string session_id_;
  bool resume_;
  bool serves_files_;
  talk_settings settings_;
  std::int64_t version_ = stable_version;
  bool resumes_ = false;
  bool loads_ = false;
  bool ready_ = false;
  bool gemini_ = false;
  json takes_;
  bool repeated_ = true;
  int rounds_ = 0; ///< Of asking what it does not know.
};

} // namespace troupe::agents::acp
