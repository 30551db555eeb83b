#include "tests/conformance/fixture.hpp"

namespace troupe::conformance {

namespace {

std::shared_ptr<const mcp::offer> everything() {
  auto all = std::make_shared<mcp::offer>();
  all->about = {"troupe-conformance", "Troupe conformance fixture", TROUPE_VERSION};
  for (const auto& t : tools())
    all->tools.push_back(&t.shown);
  all->resources = true;
  all->templates = templates();
  all->prompts = prompts();
  all->completes = true;
  all->tasks = true;
  all->lists_change = true;
  return all;
}

} // namespace

json object_of(json properties, json needed) {
  json schema{{"type", "object"}, {"properties", std::move(properties)}};
  if (!needed.empty())
    schema["required"] = std::move(needed);
  return schema;
}

json text_block(std::string_view text) {
  return {{"type", "text"}, {"text", text}};
}

mcp::result_fields content(json blocks) {
  return {{{"content", std::move(blocks)}}};
}

const std::vector<fixture_tool>& tools() {
  static const auto all = [] {
    std::vector<fixture_tool> list;
    add_content_tools(list);
    add_round_tools(list);
    add_task_tools(list);
    return list;
  }();
  return all;
}

void playing::reply(mcp::settlement what) const {
  const auto it = by->clients_.find(client);
  if (it != by->clients_.end())
    by->obey(client, it->second.settle(number, std::move(what), wall_now()));
}

void playing::text(const std::string& words) const {
  reply(content(json::array({text_block(words)})));
}

void playing::progress(double done, double all) const {
  const auto it = by->clients_.find(client);
  if (it != by->clients_.end())
    by->obey(client, it->second.progress(number, done, all, {}));
}

void playing::log(const std::string& words) const {
  const auto it = by->clients_.find(client);
  if (it != by->clients_.end())
    by->obey(
      client, it->second.log(number, mcp::log_level::info, "conformance", words));
}

void playing::close_stream(std::chrono::milliseconds retry) const {
  by->say_(client, "retry: " + std::to_string(retry.count()), print_json(asked->id));
}

void playing::later(std::chrono::milliseconds delay, std::function<void()> then) const {
  by->later(delay, std::move(then));
}

fixture::fixture(say_to said)
  : say_(std::move(said)), offered_(everything()),
    seals_(std::make_shared<mcp::seal>("of the conformance fixture")),
    hands_([this] { watch_clock(); }) {}

fixture::~fixture() {
  {
    const std::scoped_lock held(lock_);
    over_ = true;
  }
  alarm_.notify_one();
  hands_.join();
}

void fixture::opened(std::uint64_t client) {
  const std::scoped_lock held(lock_);
  clients_.try_emplace(client, mcp::terms{offered_, seals_, "anybody"});
}

void fixture::said(std::uint64_t client, std::string_view line) {
  const std::scoped_lock held(lock_);
  if (const auto it = clients_.find(client); it != clients_.end())
    obey(client, it->second.take(line, wall_now()));
}

void fixture::closed(std::uint64_t client) {
  const std::scoped_lock held(lock_);
  clients_.erase(client);
}

void fixture::obey(std::uint64_t client, mcp::orders all) {
  for (auto& each : all) {
    if (auto* told = std::get_if<mcp::say>(&each))
      say_(
        client,
        std::move(told->line),
        told->about.is_null() ? std::string() : print_json(told->about));
    else if (auto* work = std::get_if<mcp::work>(&each))
      play({this, client, work->number, std::move(work->asked)});
  }
}

void fixture::play(const playing& p) {
  const auto& what = p.asked->what;
  if (const auto* call = std::get_if<mcp::tool_call>(&what)) {
    const auto row = std::ranges::find_if(
      tools(), [&](const auto& t) { return &t.shown == call->which; });
    return row->play(p, call->arguments);
  }
  if (std::holds_alternative<mcp::resource_list>(what))
    return p.reply(mcp::result_fields{{{"resources", listed_resources()}}});
  if (const auto* one = std::get_if<mcp::resource_read>(&what))
    return p.reply(read(one->uri));
  if (const auto* watch = std::get_if<mcp::resource_watch>(&what))
    return p.reply(mcp::granted{watch->uris});
  if (const auto* get = std::get_if<mcp::prompt_get>(&what))
    return play_prompt(p, *get);
  if (std::holds_alternative<mcp::completion>(what))
    return p.reply(mcp::result_fields{
      {{"completion", {{"values", {"test", "testing"}}, {"hasMore", false}}}}});
  play_task(
    p,
    std::get_if<mcp::task_look>(&what),
    std::get_if<mcp::task_update>(&what),
    std::get_if<mcp::task_cancel>(&what));
}

void fixture::lists_changed(mcp::changing_list which) {
  for (auto& [client, conversation] : clients_)
    obey(client, conversation.changed(which));
}

void fixture::later(std::chrono::milliseconds delay, std::function<void()> then) {
  due_.emplace(clock::now() + delay, std::move(then));
  alarm_.notify_one();
}

void fixture::watch_clock() {
  std::unique_lock held(lock_);
  while (!over_) {
    if (due_.empty()) {
      alarm_.wait(held);
      continue;
    }
    const auto next = due_.begin()->first;
    if (clock::now() < next) {
      alarm_.wait_until(held, next);
      continue;
    }
    const auto then = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    then();
  }
}

} // namespace troupe::conformance
