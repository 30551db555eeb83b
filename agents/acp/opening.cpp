#include "agents/acp/opening.hpp"

#include "agents/acp/results.hpp"
#include "agents/turns.hpp"

#include <tuple>
#include <utility>

namespace troupe::agents::acp {

namespace {

/// The draft calls things otherwise; an agent reads what its version knows.
json greeting(const talk_settings& settings, bool serves_files) {
  const json who{{"name", "troupe"}, {"version", "0.1.0"}};
  json params{{"protocolVersion", settings.version}, {"clientInfo", who}};
  params["clientCapabilities"] = {
    {"fs", {{"readTextFile", serves_files}, {"writeTextFile", serves_files}}},
    {"terminal", false}};
  if (settings.version == draft_version) {
    params["info"] = who;
    params["capabilities"] = json::object();
  }
  return params;
}

/// The names of the modes there are.
std::string listed(const json& modes, std::string_view name) {
  std::string text;
  for (const auto& mode : modes)
    text.append(text.empty() ? "" : ", ").append(text_in(mode, name));
  return text.empty() ? "none" : text;
}

bool has(const json& list, std::string_view name, std::string_view value) {
  for (const auto& each : list)
    if (text_in(each, name) == value)
      return true;
  return false;
}

/// Of the options of a session, the one that is its mode; null if there is none.
const json& mode_option(const json& session) {
  static const json none;
  for (const auto& option : member(session, "configOptions"))
    if (text_in(option, "category") == "mode" || text_in(option, "id") == "mode")
      return option;
  return none;
}

} // namespace

opening::opening(const attempt_plan& plan)
  : cwd_(plan.cwd), session_id_(plan.resume ? plan.session.value_or("") : ""),
    resume_(plan.resume && plan.session), serves_files_(plan.serves_files),
    settings_(settings_of(plan)) {}

void opening::begin(rpc& asks, step& out) {
  asks.ask(question::initialize, "initialize", greeting(settings_, serves_files_), out);
}

void opening::anew(rpc& asks, step& out) {
  session_id_.clear();
  resume_ = false;
  std::ignore = open(asks, out);
}

std::optional<exit_reason>
opening::answered(question what, const json& line, rpc& asks, step& out) {
  if (what == question::open_session)
    return opened(line, asks, out);
  if (what == question::catch_up)
    return catch_up(asks, out);
  if (const auto& error = member(line, "error"); error.is_object())
    return judge_error(error);
  if (what == question::initialize)
    return initialized(member(line, "result"), asks, out);
  return catch_up(asks, out);
}

opening::failure opening::initialized(const json& result, rpc& asks, step& out) {
  version_ = number_in(result, "protocolVersion").value_or(0);
  if (version_ < stable_version || version_ > settings_.version)
    return exit_reason{
      exit_kind::protocol_error,
      "it speaks version " + std::to_string(version_) +
        " of the Agent Client Protocol; offered was " +
        std::to_string(settings_.version) + ", see backend_config.protocol_version"};
  if (is_draft()) {
    resumes_ = member(member(result, "capabilities"), "session").is_object();
  } else {
    const auto& can = member(result, "agentCapabilities");
    loads_ = flag_in(can, "loadSession");
    resumes_ = member(member(can, "sessionCapabilities"), "resume").is_object();
    takes_ = member(can, "promptCapabilities");
  }
  const auto& who = member(result, is_draft() ? "info" : "agentInfo");
  gemini_ = text_in(who, "name") == "gemini-cli";
  return open(asks, out);
}

opening::failure opening::open(rpc& asks, step& out) {
  json params{{"cwd", cwd_}, {"mcpServers", json::array()}};
  if (!resume_) {
    asks.ask(question::open_session, "session/new", std::move(params), out);
    return {};
  }
  if (!resumable())
    return not_found("this agent offers no way to go on with a session");
  params["sessionId"] = session_id_;
  const auto* method = resumes_ ? "session/resume" : "session/load";
  asks.ask(question::open_session, method, std::move(params), out);
  return {};
}

opening::failure opening::opened(const json& line, rpc& asks, step& out) {
  if (const auto& error = member(line, "error"); error.is_object()) {
    auto why = judge_error(error);
    if (!resume_ || why.reason != exit_kind::agent_error)
      return why;
    return not_found(words_of(error));
  }
  const auto& session = member(line, "result");
  if (const auto id = text_in(session, "sessionId"); !id.empty() && !resume_)
    session_id_ = id;
  if (session_id_.empty())
    return exit_reason{
      exit_kind::protocol_error, "its answer to session/new names no session"};
  if (settings_.mode)
    return set_mode(session, asks, out);
  return catch_up(asks, out);
}

opening::failure opening::set_mode(const json& session, rpc& asks, step& out) {
  const auto& wanted = *settings_.mode;
  const auto& modes = member(member(session, "modes"), "availableModes");
  const auto& option = mode_option(session);
  if (has(modes, "id", wanted))
    asks.ask(
      question::set_mode,
      "session/set_mode",
      {{"sessionId", session_id_}, {"modeId", wanted}},
      out);
  else if (has(member(option, "options"), "value", wanted))
    asks.ask(
      question::set_mode,
      "session/set_config_option",
      {{"sessionId", session_id_},
       {"configId", text_in(option, "id")},
       {"value", wanted}},
      out);
  else
    return exit_reason{
      exit_kind::agent_error,
      "backend_config.permission_mode: it has no mode " + one_line(wanted, 80) +
        "; there are: " +
        (option.is_null() ? listed(modes, "id")
                          : listed(member(option, "options"), "value"))};
  return {};
}

opening::failure opening::catch_up(rpc& asks, step& out) {
  constexpr int rounds_max = 64;
  const bool loaded = resume_ && !resumes_;
  ready_ = !gemini_ || !loaded || !repeated_ || rounds_ == rounds_max;
  if (ready_)
    return {};
  ++rounds_;
  repeated_ = false;
  asks.ask(question::catch_up, "_troupe/catch_up", json::object(), out);
  return {};
}

opening::failure opening::not_found(const std::string& why) const {
  return session_lost(session_id_, "cannot be gone on with: " + why);
}

} // namespace troupe::agents::acp
