#include "a2a/desk.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

namespace troupe::a2a {

namespace {

constexpr int invalid_params = -32602;
constexpr int method_not_found = -32601;
constexpr int internal_error = -32603;
constexpr int task_not_found = -32001;
constexpr int unsupported = -32004;
constexpr int version_not_supported = -32009;
constexpr int tasks_max = 100; ///< Of one list.
constexpr int poll_ms = 20'000;
constexpr int wait_ms = 50'000;

/// The role of the runs of this door.
constexpr const char* own_role = "a2a";

bool flag_in(const json& object, const char* name, bool fallback) {
  const auto flag = member(object, name);
  return flag.is_boolean() ? flag.get<bool>() : fallback;
}

bool is_stream(std::string_view method) {
  return method == "SendStreamingMessage" || method == "message/stream";
}

} // namespace

/// One request, for as long as anything is to come of it.
struct desk::question {
  json id;
  json params;
  dialect as = dialect::v1;
  bool streams = false;
  std::shared_ptr<listener> to;

  void result(json what) const {
    to->reply({{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(what)}});
  }
  void refuse(int code, const std::string& words) const {
    to->reply(
      {{"jsonrpc", "2.0"},
       {"id", id},
       {"error", {{"code", code}, {"message", words}}}});
  }
  void event(json what) const {
    to->event({{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(what)}});
  }
  [[nodiscard]] json wrapped(json task) const {
    return as == dialect::v1 ? json{{"task", std::move(task)}} : task;
  }
};

json card_of(const offer& what) {
  const auto entry = [&](const char* version) {
    return json{
      {"url", what.url}, {"protocolBinding", "JSONRPC"}, {"protocolVersion", version}};
  };
  json card{
    {"name", what.name},
    {"description", "Troupe's backend " + what.backend + ", one task a run"},
    {"version", TROUPE_VERSION},
    {"protocolVersion", "0.3.0"},
    {"url", what.url},
    {"preferredTransport", "JSONRPC"},
    {"supportedInterfaces", json::array({entry("1.0"), entry("0.3")})},
    {"capabilities", {{"streaming", true}, {"pushNotifications", false}}},
    {"defaultInputModes", json::array({"text/plain", "application/json"})},
    {"defaultOutputModes", json::array({"text/plain", "application/json"})},
    {"skills",
     json::array(
       {{{"id", "work"},
         {"name", "work"},
         {"description", "Does what it is told, in the directory of its context"},
         {"tags", json::array({"agent"})}}})}};
  if (what.wants_token) {
    card["securitySchemes"] = {
      {"bearer",
       {{"type", "http"},
        {"scheme", "bearer"},
        {"httpAuthSecurityScheme", {{"scheme", "bearer"}}}}}};
    card["security"] = json::array({{{"bearer", json::array()}}});
  }
  return card;
}

void desk::take(
  const json& request, std::string_view version, std::shared_ptr<listener> to) {
  const auto method = text_of(request, "method");
  const auto q = std::make_shared<question>(question{
    .id = member(request, "id"),
    .params = member(request, "params"),
    .as = version.starts_with("1.") ? dialect::v1 : dialect::v03,
    .streams = is_stream(method),
    .to = std::move(to)});
  if (!version.empty() && !version.starts_with("1.") && !version.starts_with("0.3"))
    return q->refuse(version_not_supported, "spoken are the versions 1.0 and 0.3");
  struct row {
    std::string_view v1;
    std::string_view v03;
    void (desk::*act)(const asked&);
  };
  static constexpr auto rows = std::to_array<row>({
    {"CancelTask", "tasks/cancel", &desk::cancel},
    {"GetTask", "tasks/get", &desk::look},
    {"ListTasks", "tasks/list", &desk::list},
    {"SendMessage", "message/send", &desk::send},
    {"SendStreamingMessage", "message/stream", &desk::send},
    {"SubscribeToTask", "tasks/resubscribe", &desk::subscribe},
  });
  const auto chosen = std::ranges::find_if(rows, [&](const row& r) {
    return (q->as == dialect::v1 ? r.v1 : r.v03) == method;
  });
  if (chosen == rows.end())
    return q->refuse(method_not_found, "no such method: " + one_line(method, 80));
  (this->*chosen->act)(q);
}

/// Only what this door began, whichever process it was.
void desk::find(const asked& q, const std::string& run_id, desk::found then) {
  tools_.call(
    "get_run",
    {{"run_id", run_id}},
    [q, run_id, then = std::move(then)](const result<json>& view) {
      const bool is_ours = view && text_of(*view, "run_id") == run_id &&
                           text_of(*view, "role") == own_role;
      if (!is_ours)
        return q->refuse(task_not_found, "no such task: " + one_line(run_id, 80));
      then(*view);
    });
}

void desk::send(const asked& q) {
  const auto message = member(q->params, "message");
  auto input = input_of(message);
  if (!input)
    return q->refuse(invalid_params, input.error().message);
  const auto task = text_of(message, "taskId");
  if (task.empty())
    return begin(q, std::move(*input));
  find(q, task, [this, q, input = *input](const json& view) { go_on(q, view, input); });
}

/// The directory of a context is fixed when it begins.
result<std::string> desk::place_for(const json& message) const {
  const auto wanted = text_of(member(message, "metadata"), "cwd");
  if (wanted.empty())
    return offer_.cwd;
  std::error_code bad;
  const auto at = std::filesystem::canonical(wanted, bad);
  const auto root = std::filesystem::canonical(offer_.cwd, bad);
  const auto [end, ignored] = std::ranges::mismatch(root, at);
  if (bad || end != root.end() || !std::filesystem::is_directory(at, bad))
    return fail(
      errc::refused,
      "metadata.cwd: must be a directory at or below " + offer_.cwd +
        " on this machine");
  return at.string();
}

void desk::begin(const asked& q, json input) {
  const auto message = member(q->params, "message");
  json order{
    {"backend", offer_.backend},
    {"input_message", std::move(input)},
    {"role", own_role}};
  if (!offer_.backend_config.empty())
    order["backend_config"] = offer_.backend_config;
  if (const auto id = text_of(message, "messageId"); !id.empty() && id.size() <= 200)
    order["idempotency_key"] = "a2a:" + id;
  if (const auto context = text_of(message, "contextId"); !context.empty()) {
    order["session_mode"] = "resume_or_new";
    order["session_id"] = context;
  } else {
    auto cwd = place_for(message);
    if (!cwd)
      return q->refuse(invalid_params, cwd.error().message);
    order["cwd"] = std::move(*cwd);
  }
  tools_.call("spawn_run", std::move(order), [this, q](const result<json>& begun) {
    if (!begun)
      return q->refuse(invalid_params, begun.error().message);
    sent(q, *begun, 0);
  });
}

void desk::go_on(const asked& q, const json& view, json input) {
  const auto run_id = text_of(view, "run_id");
  if (is_final_status(text_of(view, "status")))
    return q->refuse(
      unsupported, "task " + run_id + " is over; send a message to its context");
  const auto seq = view.value("last_seq", std::uint64_t{0});
  tools_.call(
    "continue_run",
    {{"run_id", run_id}, {"input_message", std::move(input)}},
    [this, q, seq](const result<json>& begun) {
      if (!begun)
        return q->refuse(invalid_params, begun.error().message);
      sent(q, *begun, seq);
    });
}

void desk::sent(const asked& q, const json& view, std::uint64_t after_seq) {
  const auto run_id = text_of(view, "run_id");
  const auto how = member(q->params, "configuration");
  if (q->streams) {
    q->event(q->wrapped(task_of(view, q->as)));
    return follow(q, run_id, after_seq);
  }
  const bool at_once =
    flag_in(how, "returnImmediately", false) || !flag_in(how, "blocking", true);
  if (at_once)
    return q->result(q->wrapped(task_of(view, q->as)));
  await(q, run_id);
}

void desk::await(const asked& q, const std::string& run_id) {
  if (q->to->is_gone())
    return;
  tools_.call(
    "wait_runs",
    {{"run_ids", json::array({run_id})}, {"until", "attention"}, {"wait_ms", wait_ms}},
    [this, q, run_id](const result<json>& waited) {
      if (!waited)
        return q->refuse(internal_error, waited.error().message);
      if (!waited->value("satisfied", false))
        return await(q, run_id);
      find(q, run_id, [q](const json& view) {
        q->result(q->wrapped(task_of(view, q->as)));
      });
    });
}

void desk::follow(const asked& q, const std::string& run_id, std::uint64_t after_seq) {
  if (q->to->is_gone())
    return;
  tools_.call(
    "poll_events",
    {{"run_id", run_id}, {"after_seq", after_seq}, {"wait_ms", poll_ms}},
    [this, q, run_id](const result<json>& page) {
      if (!page)
        return q->to->end();
      for (const auto& event : page->value("events", json::array())) {
        auto told = updates_of(event, q->as);
        for (auto& update : told.updates)
          q->event(std::move(update));
        if (told.last)
          return q->to->end();
      }
      follow(q, run_id, page->value("next_after_seq", std::uint64_t{0}));
    });
}

void desk::look(const asked& q) {
  find(q, text_of(q->params, "id"), [q](const json& view) {
    q->result(task_of(view, q->as));
  });
}

void desk::list(const asked& q) {
  tools_.call(
    "list_runs",
    {{"backend", offer_.backend}, {"limit", tasks_max}},
    [q](const result<json>& page) {
      if (!page)
        return q->refuse(internal_error, page.error().message);
      json tasks = json::array();
      for (const auto& run : page->value("runs", json::array()))
        if (text_of(run, "role") == own_role)
          tasks.push_back(task_of(run, q->as));
      const auto size = tasks.size();
      q->result(
        {{"tasks", std::move(tasks)},
         {"nextPageToken", ""},
         {"pageSize", size},
         {"totalSize", size}});
    });
}

void desk::cancel(const asked& q) {
  const auto run_id = text_of(q->params, "id");
  find(q, run_id, [this, q, run_id](const json& before) {
    constexpr int not_cancelable = -32002;
    const auto status = text_of(before, "status");
    if (is_final_status(status) && status != "cancelled")
      return q->refuse(not_cancelable, "task " + run_id + " is over: " + status);
    tools_.call(
      "cancel_run",
      {{"run_id", run_id}, {"reason", "cancelled over A2A"}, {"wait_ms", wait_ms}},
      [this, q, run_id](const result<json>& done) {
        if (!done)
          return q->refuse(internal_error, done.error().message);
        find(q, run_id, [q](const json& view) { q->result(task_of(view, q->as)); });
      });
  });
}

void desk::subscribe(const asked& q) {
  find(q, text_of(q->params, "id"), [this, q](const json& view) {
    const auto run_id = text_of(view, "run_id");
    const auto status = text_of(view, "status");
    if (is_final_status(status))
      return q->refuse(unsupported, "task " + run_id + " is over: " + status);
    q->event(q->wrapped(task_of(view, q->as)));
    if (status == "input_required" || status == "auth_required")
      return q->to->end();
    follow(q, run_id, view.value("last_seq", std::uint64_t{0}));
  });
}

} // namespace troupe::a2a
