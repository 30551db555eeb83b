#include "tests/conformance/fixture.hpp"

#include <random>

/// Tools whose calls may go on as tasks (io.modelcontextprotocol/tasks), and the tasks.
namespace troupe::conformance {

namespace {

using namespace std::chrono_literals;

const json any_text = {{"type", "string"}};

std::string fresh_id() {
  std::random_device dice;
  std::string bytes(16, '\0');
  for (auto& byte : bytes)
    byte = static_cast<char>(dice());
  return "task-" + mcp::to_hex(bytes);
}

json told(const fixture_task& task) {
  json all{
    {"taskId", task.id},
    {"status", task.status},
    {"createdAt", to_string(task.since)},
    {"lastUpdatedAt", to_string(task.changed)},
    {"ttlMs", 600'000},
    {"pollIntervalMs", 100}};
  if (task.status == "input_required")
    all["inputRequests"] = task.requests;
  if (task.status == "failed")
    all["error"] = task.error;
  return all;
}

void end(fixture_task& task, const char* status) {
  task.status = status;
  task.changed = wall_now();
  task.requests = json::object();
}

void complete(fixture_task& task, mcp::result_fields result) {
  task.result = std::move(result);
  end(task, "completed");
}

/// As a task to a client that knows tasks: what `later` does then is found by its id.
void begin(
  const playing& p,
  std::chrono::milliseconds after,
  std::function<void(fixture_task&)> finish) {
  auto& task = p.by->begin_task();
  const auto id = task.id;
  p.reply(mcp::task_begun{told(task)});
  p.later(after, [by = p.by, id, finish = std::move(finish)] {
    auto& found = by->tasks.at(id);
    if (found.status == "working")
      finish(found);
  });
}

/// A task that waits for input from its start.
void begin_asking(
  const playing& p, json requests, std::function<void(fixture_task&)> go_on) {
  auto& task = p.by->begin_task();
  task.status = "input_required";
  task.requests = std::move(requests);
  task.go_on = std::move(go_on);
  auto as_new = told(task);
  as_new["status"] = "working";
  as_new.erase("inputRequests");
  p.reply(mcp::task_begun{std::move(as_new)});
}

bool refused_without_tasks(const playing& p) {
  if (p.asked->client.tasks)
    return false;
  p.reply(mcp::missing_capability(
    {{"extensions", {{std::string(mcp::tasks_extension), json::object()}}}}));
  return true;
}

void greet(const playing& p, const json& arguments) {
  p.text("Hello, " + arguments.value("name", "") + "!");
}

void slow_compute(const playing& p, const json& arguments) {
  const auto& given = member(arguments, "seconds");
  const auto seconds = given.is_number() ? given.get<double>() : 0.0;
  const std::chrono::milliseconds delay(static_cast<std::int64_t>(seconds * 1000));
  const auto words = "computed " + arguments.value("label", "");
  if (p.asked->client.tasks)
    return begin(p, delay, [words](fixture_task& task) {
      complete(task, content(json::array({text_block(words)})));
    });
  p.later(delay, [p, words] { p.text(words); });
}

void failing_job(const playing& p, const json&) {
  if (refused_without_tasks(p))
    return;
  begin(p, 1000ms, [](fixture_task& task) {
    task.result = mcp::complaint{"The job failed, as it always does"};
    end(task, "completed");
  });
}

void protocol_error_job(const playing& p, const json&) {
  if (refused_without_tasks(p))
    return;
  begin(p, 200ms, [](fixture_task& task) {
    task.error = {{"code", jsonrpc::internal_error}, {"message", "The job broke"}};
    end(task, "failed");
  });
}

json confirmation(const std::string& message) {
  return mcp::form(
    message, object_of({{"confirm", {{"type", "boolean"}}}}, {"confirm"}));
}

void confirm_delete(const playing& p, const json& arguments) {
  if (refused_without_tasks(p))
    return;
  const auto file = arguments.value("filename", "");
  begin_asking(
    p, {{"confirm", confirmation("Delete " + file + "?")}}, [file](fixture_task& task) {
      const auto& form = member(member(task.given, "confirm"), "content");
      const bool yes = member(form, "confirm") == true;
      complete(
        task, content(json::array({text_block((yes ? "deleted " : "kept ") + file)})));
    });
}

void multi_input(const playing& p, const json&) {
  if (refused_without_tasks(p))
    return;
  begin_asking(
    p,
    {{"first", confirmation("First?")}, {"second", confirmation("Second?")}},
    [](fixture_task& task) {
      complete(task, content(json::array({text_block("both given")})));
    });
}

void rounds_then_task(const playing& p, const json&) {
  const auto* form = mcp::filled_in(*p.asked, "user_name");
  if (form == nullptr)
    return p.reply(mcp::needs{
      {{"user_name",
        mcp::form("What is your name?", object_of({{"name", any_text}}, {"name"}))}},
      nullptr});
  const auto words = "Hello, " + form->value("name", "") + "!";
  if (!p.asked->client.tasks)
    return p.text(words);
  begin(p, 200ms, [words](fixture_task& task) {
    complete(task, content(json::array({text_block(words)})));
  });
}

void take_inputs(fixture_task& task, const json& responses) {
  for (const auto& [key, response] : responses.items())
    if (task.requests.contains(key) && response.is_object()) {
      task.given[key] = response;
      task.requests.erase(key);
    }
  task.changed = wall_now();
  if (task.status == "input_required" && task.requests.empty())
    task.go_on(task);
}

} // namespace

fixture_task& fixture::begin_task() {
  fixture_task task{.id = fresh_id(), .since = wall_now(), .changed = wall_now()};
  const auto id = task.id;
  return tasks.emplace(id, std::move(task)).first->second;
}

void play_task(
  const playing& p,
  const mcp::task_look* look,
  const mcp::task_update* update,
  const mcp::task_cancel* cancel) {
  const auto& id = look ? look->id : update ? update->id : cancel->id;
  const auto it = p.by->tasks.find(id);
  if (it == p.by->tasks.end())
    return p.reply(
      mcp::refusal{jsonrpc::invalid_params, "taskId: no such task", nullptr});
  auto& task = it->second;
  if (look)
    return p.reply(mcp::task_told{told(task), task.result});
  if (update)
    take_inputs(task, update->responses);
  else if (task.status == "working" || task.status == "input_required")
    end(task, "cancelled");
  p.reply(mcp::result_fields{});
}

void add_task_tools(std::vector<fixture_tool>& all) {
  const json none = {{"type", "object"}, {"additionalProperties", false}};
  const auto add = [&](const char* name, auto play, json schema) {
    all.push_back(
      {{{.name = name, .description = "Takes a while."}, std::move(schema), {}}, play});
  };
  add("greet", greet, object_of({{"name", any_text}}));
  add(
    "slow_compute",
    slow_compute,
    object_of({{"seconds", {{"type", "number"}}}, {"label", any_text}}));
  add("failing_job", failing_job, none);
  add("protocol_error_job", protocol_error_job, none);
  add("confirm_delete", confirm_delete, object_of({{"filename", any_text}}));
  add("multi_input", multi_input, none);
  add("test_tool_with_task", rounds_then_task, none);
}

} // namespace troupe::conformance
