#include "actors/new_run.hpp"

#include "actors/confining.hpp"
#include "actors/personas.hpp"
#include "agents/account.hpp"
#include "agents/attachments.hpp"
#include "agents/environment.hpp"
#include "agents/permission.hpp"
#include "protocol/identity.hpp"
#include "protocol/json.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace troupe {

namespace {

std::string known_backends(const store::configuration& config) {
  std::string names;
  for (const auto& each : agents::backend_types())
    names.append(names.empty() ? "" : ", ").append(each.name);
  for (const auto& [name, settings] : config.backends)
    names.append(", ").append(name);
  return names;
}

/// TROUPE_CLAUDE_CODE_COMMAND for claude_code: a program for those without a
/// configuration.
std::optional<std::string>
command_variable(const agents::environment& env, std::string_view type) {
  std::string variable = "TROUPE_";
  for (const char c : type)
    variable += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  const auto it = env.find(variable + "_COMMAND");
  return it == env.end() || it->second.empty() ? std::nullopt
                                               : std::optional(it->second);
}

/// Field by field: what the caller left as it is by default is as configured.
template <record T>
T merged(T given, const std::optional<T>& configured) {
  const T standard{};
  if (configured)
    for_each_field<T>([&](const auto& f) {
      if (given.*f.member == standard.*f.member)
        given.*f.member = (*configured).*f.member;
    });
  return given;
}

/// Patterns are given as a whole, or are as configured; so is the deadline.
permission_policy permissions_of(
  permission_policy given, const std::optional<permission_policy>& configured) {
  if (!configured)
    return given;
  if (given.allow.empty() && given.ask.empty() && given.deny.empty()) {
    given.allow = configured->allow;
    given.ask = configured->ask;
    given.deny = configured->deny;
  }
  if (!given.deadline_s) {
    given.deadline_s = configured->deadline_s;
    given.then = configured->then;
  }
  return given;
}

/// What of backend_config says how free an agent is, or which program or agent it is.
constexpr auto guarded = std::to_array<const char*>(
  {"agent",
   "agent_url",
   "token",
   "token_env",
   "headers",
   "origins",
   "permission_mode",
   "sandbox",
   "approval_policy",
   "config",
   "args",
   "command"});

std::optional<std::string> member(const raw_json& object, const char* name) {
  const auto j = parse_json(object.text);
  if (!j || !j->contains(name))
    return {};
  return print_json((*j)[name]);
}

agents::environment
env_of(const asked<spawn_run>& request, const store::backend_settings& settings) {
  auto env = request.what.environment == env_mode::clean
               ? agents::clean(request.who->env)
               : agents::inherited(request.who->env);
  for (const auto& [name, value] : settings.env)
    env[name] = value;
  for (const auto& [name, value] : request.what.env)
    env[name] = value;
  return env;
}

/// The configured members that a call does not give itself. None of them goes to
/// another agent than the configured one: they may be secret.
raw_json filled(const raw_json& given, const raw_json& configured) {
  auto own = parse_json(given.text);
  const auto more = parse_json(configured.text);
  if (!own || !more || !own->is_object() || !more->is_object() || more->empty())
    return given;
  if (
    own->contains("agent_url") &&
    own->value("agent_url", json()) != more->value("agent_url", json()))
    return given;
  for (const auto& [name, value] : more->items())
    if (!own->contains(name))
      (*own)[name] = value;
  return {print_json(*own)};
}

/// Of a prompt that is more than text.
std::vector<message_part> parts_of(const spawn_run& what) {
  if (what.prompt || is_text_only(*what.input_message))
    return {};
  return what.input_message->parts;
}

store::launch_record
launch_of(const asked<spawn_run>& request, const chosen_backend& backend) {
  const auto& what = request.what;
  store::launch_record launch{
    .backend_type = std::string(backend.type->name),
    .command = backend.settings.command,
    .prompt = what.prompt ? *what.prompt : prompt_text(*what.input_message),
    .parts = parts_of(what),
    .backend_config = filled(what.backend_config, backend.settings.backend_config),
    .restart = merged(what.restart, backend.settings.restart),
    .limits = merged(what.limits, backend.settings.limits),
    .permissions = permissions_of(what.permissions, backend.settings.permissions),
    .env = env_of(request, backend.settings),
    .notify = what.notify ? what.notify : backend.notify,
    .confine = what.confine ? what.confine : backend.settings.confine,
    .account = {},
    .persona = {},
    .output_schema = what.output_schema};
  if (launch.command.empty() && !request.who->run_id)
    if (auto program = command_variable(request.who->env, backend.type->name))
      launch.command = {*program};
  launch.account =
    agents::account_of(backend.type->name, backend.settings.account, launch.env);
  return launch;
}

/// Tells the agent who it is and what to answer: by its backend, or in the prompt. The
/// persona of a conversation that goes on was told when that began.
result<void> dress(
  store::launch_record& launch,
  const spawn_run& what,
  const agents::backend_type& backend,
  const std::optional<store::session_record>& session,
  const std::string& cwd) {
  std::optional<std::string> said;
  if (what.profile) {
    auto text = read_profile(*what.profile, cwd);
    if (!text)
      return fail(std::move(text.error()));
    launch.persona = said = std::move(*text);
  } else if (session) {
    launch.persona = session->launch.persona;
  }
  if (backend.personas)
    said.reset();
  const auto schema = backend.schemas ? std::nullopt : launch.output_schema;
  launch.prompt = dressed(std::move(launch.prompt), said, schema);
  launch.parts = dressed(std::move(launch.parts), said, schema);
  return {};
}

} // namespace

result<chosen_backend>
choose_backend(const store::configuration& config, const std::string& name) {
  chosen_backend chosen;
  chosen.notify = config.notify;
  if (const auto it = config.backends.find(name); it != config.backends.end())
    chosen.settings = it->second;
  const auto& type = chosen.settings.type.empty() ? name : chosen.settings.type;
  chosen.type = agents::find_backend(type);
  if (!chosen.type)
    return fail(
      errc::invalid_argument,
      "backend: no backend " + one_line(name, 80) + "; known are " +
        known_backends(config));
  return chosen;
}

result<void> check_rights(const spawn_run& request, const parent_rights& parent) {
  if (request.backend != parent.backend)
    return fail(
      errc::refused,
      "backend: a run may only start runs of its own backend, " + parent.backend);
  if (!agents::is_within(request.permissions, parent.permissions))
    return fail(
      errc::refused,
      "permissions: a run may not allow more, nor deny or ask less, than it may "
      "itself");
  if (request.notify)
    return fail(
      errc::refused,
      "notify: only a person may choose the command; leave it out, wait_runs tells");
  if (parent.confine && request.confine != parent.confine)
    return fail(
      errc::refused,
      "confine: a confined run may not choose another for its own; leave it out");
  for (const char* name : guarded)
    if (member(request.backend_config, name) != member(parent.backend_config, name))
      return fail(
        errc::refused,
        std::string("backend_config.") + name +
          ": a run may not set what it has not itself");
  return {};
}

void inherit(spawn_run& request, const parent_rights& parent) {
  if (request.permissions == permission_policy{})
    request.permissions = parent.permissions;
  if (!request.permissions.deadline_s) {
    request.permissions.deadline_s = parent.permissions.deadline_s;
    request.permissions.then = parent.permissions.then;
  }
  if (!request.confine)
    request.confine = parent.confine;
  const auto above = parse_json(parent.backend_config.text);
  auto own = parse_json(request.backend_config.text).value_or(json::object());
  if (!above || !above->is_object() || !own.is_object())
    return;
  for (const char* name : guarded)
    if (above->contains(name) && !own.contains(name))
      own[name] = (*above)[name];
  if (!own.empty())
    request.backend_config = {print_json(own)};
}

std::string place_of(
  const asked<spawn_run>& request,
  const std::optional<store::session_record>& session) {
  if (session)
    return session->cwd;
  const std::filesystem::path asked_for(request.what.cwd.value_or(request.who->cwd));
  auto plain = asked_for.lexically_normal();
  return plain.has_filename() ? plain : plain.parent_path();
}

std::string key_of(const caller& who, const std::string& idempotency_key) {
  return "k:" + who.run_id.value_or("") + ":" + idempotency_key;
}

result<new_run> compose(
  const asked<spawn_run>& request,
  const chosen_backend& backend,
  const std::optional<store::session_record>& session,
  const std::string& agent_name,
  timestamp now) {
  const auto& what = request.what;
  const auto cwd = place_of(request, session);
  if (!std::filesystem::path(cwd).is_absolute())
    return fail(
      errc::invalid_argument,
      "cwd: must be an absolute path, got " + one_line(cwd, 200));
  if (session && session->backend != what.backend)
    return fail(
      errc::invalid_argument,
      "session_id: " + session->session_id + " belongs to backend " + session->backend);
  if (session && !session->worktree && what.isolation == isolation_mode::worktree)
    return fail(
      errc::invalid_argument,
      "isolation: session " + session->session_id + " takes place in " + cwd +
        "; a worktree needs session_mode new");
  if (what.input_message)
    if (auto wrong = agents::wrong_with_files(*backend.type, *what.input_message))
      return fail(errc::invalid_argument, "input_message." + *wrong);
  new_run made{.record = {}, .launch = launch_of(request, backend)};
  if (made.launch.confine)
    if (auto right = check_paths(*made.launch.confine); !right)
      return fail(std::move(right.error()));
  auto& view = made.record.view;
  view.run_id = new_run_id(now);
  view.agent_name = agent_name;
  view.backend = what.backend;
  view.role = what.role;
  view.session_id = session ? session->session_id : new_session_id(now);
  view.cwd = cwd;
  view.summary = one_line(made.launch.prompt, 120);
  if (auto told = dress(made.launch, what, *backend.type, session, cwd); !told)
    return fail(std::move(told.error()));
  view.created_at = view.updated_at = now;
  view.metadata = what.metadata;
  view.parent_run_id = request.who->run_id;
  view.depth = request.who->depth + 1;
  if (session) {
    view.backend_session_id = session->backend_session_id;
    view.worktree = session->worktree;
  }
  if (what.idempotency_key)
    made.record.keys.push_back(key_of(*request.who, *what.idempotency_key));
  if (!request.key.empty())
    made.record.keys.push_back(request.key);
  return made;
}

spawn_run as_spawn(const store::session_record& session, const continue_run& question) {
  spawn_run request{
    .backend = session.backend,
    .prompt = {},
    .input_message = question.input_message,
    .cwd = session.cwd,
    .nickname = {},
    .mode = session_mode::resume,
    .session_id = session.session_id,
    .backend_config = session.launch.backend_config,
    .restart = session.launch.restart,
    .limits = session.launch.limits,
    .permissions = session.launch.permissions,
    .idempotency_key = question.idempotency_key,
    .notify = session.launch.notify,
    .confine = session.launch.confine,
    .profile = {},
    .output_schema = session.launch.output_schema};
  return request;
}

run_brief brief_of(const run_view& v) {
  return {
    .run_id = v.run_id,
    .agent_name = v.agent_name,
    .backend = v.backend,
    .role = v.role,
    .session_id = v.session_id,
    .status = v.status,
    .phase = v.phase,
    .cwd = v.cwd,
    .summary = v.waits_for.value_or(v.summary),
    .last_seq = v.last_seq,
    .created_at = v.created_at,
    .updated_at = v.updated_at,
    .restarts = v.restarts,
    .pending_requests = static_cast<std::uint32_t>(v.pending.size()),
    .parent_run_id = v.parent_run_id,
    .depth = v.depth,
    .team_id = v.team_id,
    .origin = v.worktree ? std::optional(v.worktree->origin) : std::nullopt};
}

spawned_run answer_for(const store::run_record& record) {
  const auto& v = record.view;
  return {
    .run_id = v.run_id,
    .backend = v.backend,
    .role = v.role,
    .session_id = v.session_id,
    .agent_name = v.agent_name,
    .status = v.status};
}

} // namespace troupe
