#include "tests/gateway/door.hpp"

namespace troupe::test {

namespace {

struct fake_state {
  static inline const char* name = "fake";
  std::vector<caf::typed_response_promise<run_view>> unanswered;
};

/// Answers the oldest questions that wait. Only while an actor runs: a promise that is
/// kept from outside uses an execution unit that is gone.
template <class T>
void deliver(
  std::vector<caf::typed_response_promise<T>>& waiting, T answer, std::size_t most) {
  const auto end =
    waiting.begin() + static_cast<std::ptrdiff_t>(std::min(most, waiting.size()));
  std::for_each(waiting.begin(), end, [&](auto& promise) { promise.deliver(answer); });
  waiting.erase(waiting.begin(), end);
}

registry_actor::behavior_type
fake_registry(registry_actor::stateful_pointer<fake_state> self, desk_script* s) {
  return {
    [=](const asked<get_run>&) -> caf::result<run_view> {
      if (s->silent)
        return self->state.unanswered.emplace_back(
          self->make_response_promise<run_view>());
      return s->answer(s->view);
    },
    [=](const asked<list_runs>& q) {
      s->listed.push_back(q);
      auto page = s->page;
      if (page.runs.size() > q.what.limit) {
        page.runs.resize(q.what.limit);
        page.next_cursor = page.runs.back().run_id;
      }
      return s->answer(page);
    },
    [=](const asked<poll_events>& q) {
      s->polled.push_back(q);
      return s->answer(s->events);
    },
    [=](const asked<wait_runs>& q) -> caf::result<waited_runs> {
      if (s->failure || q.what.wait_ms == 0)
        return s->answer(s->waited);
      return s->waits.emplace_back(self->make_response_promise<waited_runs>());
    },
    [=](const asked<cancel_run>& q) {
      s->cancelled.push_back(q);
      return s->answer(cancelled_run{
        .run_id = q.what.run_id.value_or("r_?"),
        .cancelled_at = timestamp{1'795'000'000'000},
        .proof = "cgroup"});
    },
    [=](const asked<continue_run>& q) {
      s->continued.push_back(q);
      return s->answer(continued_run{
        .run_id = q.what.run_id.value_or("r_?"),
        .session_id = "s_1",
        .agent_name = "agent1"});
    },
    [=](const asked<restart_run>& q) {
      s->restarted.push_back(q);
      return s->answer(restarted_run{.run_id = q.what.run_id.value_or("r_?")});
    },
    [=](const asked<list_pending>&) { return s->answer(s->questions); },
    [=](const asked<get_event_artifact>&) { return s->answer(event_artifact{}); },
    [=](const asked<list_sessions>&) { return s->answer(s->sessions); },
    [](const follow_run&, const team_actor&) {},
    [=](const watch_runs& what, const watcher_actor& who) {
      s->watched.push_back(what);
      s->watcher = who;
    },
    [](const runs_actor&) {},
    [=](const run_report& told) {
      if (s->watcher)
        self->send(s->watcher, run_changed{.brief = told.brief, .listed = s->comes});
    },
    [](const run_brief&, const run_actor&) {},
    [](const run_over&) -> caf::result<written> { return written{}; },
    [](const run_removed&) {},
    [=](const asked<list_agents>&) { return s->answer(agent_page{}); },
    [=](const asked<send_agent_message>& q) {
      return s->answer(sent_message{
        .message_id = "m_1",
        .to_agent_name = q.what.to_agent_name,
        .to_session_id = "s_1",
        .run_id = {}});
    },
    [=](const asked<fetch_agent_messages>& q) {
      return s->answer(message_page{
        .agent_name = q.what.agent_name.value_or("agent1"), .session_id = "s_1"});
    },
    [=](const stop_waiting& whose) { s->given_up.push_back(whose); },
    [](const post_actor&) {},
    [=](const wake& w) { deliver(s->waits, s->waited, w.token); }};
}

runs_actor::behavior_type
fake_runs(runs_actor::stateful_pointer<fake_state> self, desk_script* s) {
  return {
    [=](const asked<spawn_run>& q) {
      s->spawned.push_back(q);
      return s->answer(spawned_run{
        .run_id = "r_" + std::to_string(s->spawned.size()),
        .backend = q.what.backend,
        .role = q.what.role,
        .session_id = "s_1",
        .agent_name = q.what.nickname.value_or("agent1")});
    },
    [](const resume_run&) { return continued_run{}; },
    [=](const whose_process& q) -> caf::result<process_owner> {
      s->identified.push_back(q);
      if (s->hold_identities)
        return s->identities.emplace_back(self->make_response_promise<process_owner>());
      if (s->refusal)
        return to_caf(*s->refusal);
      return s->owner;
    },
    [](const spawn_member&) { return spawned_run{}; },
    [](const vet_team&) { return vetted_team{}; },
    [](const teams_actor&) {},
    [](const teams_here&) {},
    [](const who_works_in&) { return worktree_users{}; },
    [](const start_asked&) {},
    [](const end_told&) {},
    [](const stop_run&) {},
    [](const run_over&) {},
    [=](const clients_here& now) { s->clients_told.push_back(now.count); },
    [](const kept_news&) {},
    [=](const wake& w) { deliver(s->identities, s->owner, w.token); }};
}

teams_actor::behavior_type
fake_teams(teams_actor::stateful_pointer<fake_state>, desk_script* s) {
  return {
    [=](const asked<spawn_team>& q) {
      s->teams_spawned.push_back(q);
      return s->answer(spawned_team{.team_id = "t_1", .name = "team1"});
    },
    [=](const asked<cancel_team>& q) {
      return s->answer(cancelled_team{.team_id = q.what.team});
    },
    [=](const asked<get_tree>&) { return s->answer(s->tree); },
    [=](const asked<list_decisions>& q) {
      s->decisions_asked.push_back(q);
      return s->answer(s->decisions);
    },
    [](const runs_ready&) {},
    [](const team_report&) {},
    [](const stop_run&) -> caf::result<written> { return written{}; },
    [](const wake&) {}};
}

worktrees_actor::behavior_type
fake_worktrees(worktrees_actor::stateful_pointer<fake_state>, desk_script* s) {
  return {
    [](const make_worktree&) { return made_worktree{}; },
    [=](const asked<get_diff>&) { return s->answer(s->changed); },
    [=](const asked<list_worktrees>&) { return s->answer(worktree_page{}); },
    [=](const asked<remove_worktree>& q) {
      return s->answer(removed_worktree{.run_id = q.what.run_id.value_or("r_?")});
    },
    [](const runs_actor&) {}};
}

} // namespace

door_world::door_world(std::string toolsets)
  : at(staffed()), gate(spawn(
                     mcp::gateway,
                     static_cast<room*>(&outside),
                     at,
                     mcp::session_options{
                       .toolsets = std::move(toolsets),
                       .log = [this](const mcp::call_entry& e) { logged.push_back(e); },
                       .seals = std::make_shared<const mcp::seal>("a test's own")})) {}

desk door_world::staffed() {
  return {
    .registry = spawn(fake_registry, &script),
    .runs = spawn(fake_runs, &script),
    .teams = spawn(fake_teams, &script),
    .worktrees = spawn(fake_worktrees, &script)};
}

void door_world::join(std::uint64_t who) {
  client_joined peer;
  peer.client = who;
  peer.pid = 4242;
  peer.cgroup = "/user.slice";
  peer.ancestors = {4000, 1};
  caf::anon_send(gate, peer);
  settle();
}

void door_world::say(const std::string& line, std::uint64_t who, bool cut) {
  client_said said;
  said.client = who;
  said.line = line;
  said.cut = cut;
  caf::anon_send(gate, said);
  settle();
}

void door_world::leave(std::uint64_t who) {
  client_left left;
  left.client = who;
  caf::anon_send(gate, left);
  settle();
}

void door_world::open(const char* revision, std::uint64_t who) {
  join(who);
  say(hello_line, who);
  say(
    R"({"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":")" +
      std::string(revision) +
      R"(","capabilities":{},"clientInfo":{"name":"test","version":"1"}}})",
    who);
  outside.said[who].clear();
}

void door_world::call(
  const json& id, std::string_view name, json arguments, json meta) {
  json params{{"name", name}, {"arguments", std::move(arguments)}};
  if (!meta.is_null())
    params["_meta"] = std::move(meta);
  say(print_json(jsonrpc::request(id, "tools/call", std::move(params))));
}

void door_world::release(std::size_t most) {
  wake w;
  w.token = most;
  caf::anon_send(at.registry, w);
  caf::anon_send(at.runs, w);
  settle();
}

void door_world::change(const run_brief& run, bool listed) {
  script.comes = listed;
  caf::anon_send(at.registry, run_report{.brief = run});
  settle();
}

std::vector<json> door_world::heard(std::uint64_t who) {
  std::vector<json> messages;
  for (const auto& line : std::exchange(outside.said[who], {}))
    messages.push_back(json::parse(line));
  return messages;
}

json door_world::answer(std::uint64_t who) {
  auto messages = heard(who);
  EXPECT_EQ(messages.size(), 1U);
  return messages.empty() ? json{} : messages.front();
}

std::string door_world::complaint(const json& message) {
  EXPECT_EQ(message.at("result").value("isError", false), true) << message;
  EXPECT_FALSE(message.at("result").contains("structuredContent"));
  return message.at("result").at("content").at(0).at("text");
}

} // namespace troupe::test
