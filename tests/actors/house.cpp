#include "tests/actors/house.hpp"

#include "actors/journal.hpp"
#include "actors/notifier.hpp"
#include "actors/post.hpp"
#include "actors/registry.hpp"
#include "actors/runs.hpp"
#include "actors/sweeper.hpp"
#include "actors/syncer.hpp"
#include "actors/teams.hpp"
#include "actors/worktrees.hpp"

namespace troupe::test {

void house::begin_hearing(std::vector<keeper::report> early) {
  const auto hand = disk_hand();
  files = in_front_of(spawn(
    journal,
    journal_setup{.disk = disk, .world = &outside, .awaited = hand, .grouped = hand}));
  names = spawn(registry, static_cast<room*>(&outside), files);
  trees = spawn(worktrees_of_runs, worktrees_setup{disk, names});
  herald = spawn(notifier, notifier_setup{&outside, disk, files});
  mail = spawn(post, post_setup{&outside, files, names});
  boss = spawn(
    runs,
    runs_setup{
      .around = {.world = &outside, .disk = disk, .journal = files},
      .registry = names,
      .sweeper = spawn(sweeper, disk),
      .config = config,
      .worktrees = trees,
      .notifier = herald,
      .post = mail,
      .peers = eyes,
      .keeper_pid = 77,
      .look_around = [this] { return left; }});
  coach = spawn(
    teams,
    teams_setup{
      .around = {.world = &outside, .disk = disk, .journal = files},
      .registry = names,
      .runs = boss});
  for (auto& each : early)
    caf::anon_send(boss, kept_news{{}, std::move(each)});
  settle();
}

syncer_actor house::disk_hand() {
  return spawn(syncer, caf::unit);
}

void house::die() {
  caf::anon_send_exit(coach, caf::exit_reason::kill);
  caf::anon_send_exit(boss, caf::exit_reason::kill);
  caf::anon_send_exit(names, caf::exit_reason::kill);
  caf::anon_send_exit(trees, caf::exit_reason::kill);
  caf::anon_send_exit(herald, caf::exit_reason::kill);
  caf::anon_send_exit(mail, caf::exit_reason::kill);
  settle();
  caf::anon_send_exit(files, caf::exit_reason::kill);
  settle();
  outside.watchers.clear();
  outside.tails.clear();
  outside.orders.clear();
}

void house::keeper_says(keeper::report what) {
  caf::anon_send(boss, kept_news{{}, std::move(what)});
  settle();
}

asked<spawn_run> house::request(json more) {
  json j{
    {"backend", "process"},
    {"prompt", "go"},
    {"cwd", "/"},
    {"backend_config", {{"command", {"agent"}}, {"stdin", "json"}}}};
  j.update(more);
  return {std::make_shared<caller>(), "", *decode_text<spawn_run>(print_json(j))};
}

std::string house::start(const json& more) {
  auto made = answer<spawned_run>(boss, request(more));
  EXPECT_TRUE(made) << made.error().message;
  return made ? made->run_id : "";
}

run_view house::view(const std::string& id) {
  return *answer<run_view>(names, by_person<get_run>({{"run_id", id}}));
}

std::vector<json> house::events(const std::string& id, std::uint64_t after) {
  const auto page = *answer<event_page>(
    names,
    by_person<poll_events>(
      {{"run_id", id},
       {"after_seq", after},
       {"wait_ms", 0},
       {"limit", 1000},
       {"max_bytes", 1'000'000}}));
  std::vector<json> found;
  for (const auto& each : page.events)
    found.push_back(*parse_json(each.text));
  return found;
}

std::vector<std::string> house::told(const std::string& id) {
  std::vector<std::string> words;
  std::uint64_t seq = 0;
  for (const auto& each : events(id)) {
    EXPECT_EQ(each["seq"], ++seq);
    const bool moved = each["type"] == "status_changed";
    words.push_back(moved ? each["data"]["phase"] : each["type"]);
  }
  return words;
}

void house::tell_both(const keeper::attempt_key& k, const keeper::report& what) {
  outside.tell(k, what);
  keeper_says(what);
}

void house::vanishes(const std::string& id, std::uint32_t n) {
  tell_both(
    key(id, n),
    keeper::gone_report{
      .key = key(id, n), .proof = keeper::tier::cgroup, .at = outside.wall()});
}

void house::exits(const std::string& id, int code, std::uint32_t n) {
  outside.tell(
    key(id, n),
    keeper::exited_report{.key = key(id, n), .code = code, .tree_empty = true});
  settle();
  vanishes(id, n);
}

void house::completes(const std::string& id, std::uint32_t n) {
  prints(json{{"type", "run_completed"}, {"final_response", "done"}});
  exits(id, 0, n);
}

void house::crash_attempt(const std::string& id, std::uint32_t n) {
  const auto who = caf::actor_cast<caf::actor>(outside.watchers.at(key(id, n)));
  caf::anon_send_exit(who, caf::exit_reason::unhandled_exception);
  settle();
}

void house::prints(const std::string& text) {
  outside.feed(outside.tails.rbegin()->first, text);
  settle();
}

} // namespace troupe::test
