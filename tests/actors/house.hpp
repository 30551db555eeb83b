#pragma once

#include "actors/errors.hpp"
#include "actors/journal.hpp"
#include "actors/registry.hpp"
#include "actors/runs.hpp"
#include "actors/syncer.hpp"
#include "actors/teams.hpp"
#include "protocol/json.hpp"
#include "store/events.hpp"
#include "store/run_files.hpp"
#include "tests/store/scratch.hpp"
#include "tests/support/world.hpp"

#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

namespace troupe::test {

/// The whole tree of actors over a directory of its own; the keeper, its agents and the
/// clock are in the test's hands.
struct house : actor_world {
  store::scratch dir;
  store::layout disk{dir.path()};
  store::configuration config;
  journal_actor files;
  registry_actor names;
  runs_actor boss;
  teams_actor coach;

  void SetUp() override { begin(); }
  void TearDown() override { die(); }

  /// A supervisor starts and asks for what the keeper holds.
  void begin(std::vector<keeper::kept_attempt> kept = {}) {
    begin_hearing({});
    keeper_says(keeper::kept_report{0, std::move(kept)});
  }

  /// A supervisor starts, and hears this before it has read the disk.
  void begin_hearing(std::vector<keeper::report> early) {
    const auto hand = disk_hand();
    files = in_front_of(spawn(
      journal,
      journal_setup{
        .disk = disk, .world = &outside, .awaited = hand, .grouped = hand}));
    names = spawn(registry, static_cast<room*>(&outside), files);
    boss = spawn(
      runs,
      runs_setup{
        .around = {.world = &outside, .disk = disk, .journal = files},
        .registry = names,
        .config = config,
        .keeper_pid = 77});
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

  /// Who waits for the disk.
  virtual syncer_actor disk_hand() { return spawn(syncer, caf::unit); }

  /// Who stands between the actors and their journal.
  virtual journal_actor in_front_of(journal_actor real) { return real; }

  /// The supervisor is killed: nothing of it is left but the disk and the keeper.
  void die() {
    caf::anon_send_exit(coach, caf::exit_reason::kill);
    caf::anon_send_exit(boss, caf::exit_reason::kill);
    caf::anon_send_exit(names, caf::exit_reason::kill);
    settle();
    caf::anon_send_exit(files, caf::exit_reason::kill);
    settle();
    outside.watchers.clear();
    outside.tails.clear();
    outside.orders.clear();
  }

  void keeper_says(keeper::report what) {
    caf::anon_send(boss, kept_news{{}, std::move(what)});
    settle();
  }

  static asked<spawn_run> request(json more = json::object()) {
    json j{
      {"backend", "process"},
      {"prompt", "go"},
      {"cwd", "/"},
      {"backend_config", {{"command", {"agent"}}, {"stdin", "json"}}}};
    j.update(more);
    return {std::make_shared<caller>(), "", *decode_text<spawn_run>(print_json(j))};
  }

  template <class T>
  static asked<T> by_person(const json& j) {
    return {std::make_shared<caller>(), "", *decode_text<T>(print_json(j))};
  }

  /// The answer, or why there is none.
  template <class Answer, class Actor, class Question>
  result<Answer> answer(const Actor& actor, Question question) {
    auto asked_for = ask(actor, std::move(question));
    result<Answer> got = fail(errc::internal, "unanswered");
    asked_for.receive(
      [&](Answer& a) { got = std::move(a); },
      [&](caf::error& e) { got = fail(from_caf(e)); });
    return got;
  }

  std::string start(const json& more = json::object()) {
    auto made = answer<spawned_run>(boss, request(more));
    EXPECT_TRUE(made) << made.error().message;
    return made ? made->run_id : "";
  }

  run_view view(const std::string& id) {
    return *answer<run_view>(names, by_person<get_run>({{"run_id", id}}));
  }

  std::vector<json> events(const std::string& id, std::uint64_t after = 0) {
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

  /// Types in order; the phase of those that tell of one.
  std::vector<std::string> told(const std::string& id) {
    std::vector<std::string> words;
    std::uint64_t seq = 0;
    for (const auto& each : events(id)) {
      EXPECT_EQ(each["seq"], ++seq);
      const bool moved = each["type"] == "status_changed";
      words.push_back(moved ? each["data"]["phase"] : each["type"]);
    }
    return words;
  }

  static keeper::attempt_key key(const std::string& id, std::uint32_t n = 1) {
    return {id, n};
  }
  static keeper::spawned_report alive(const keeper::attempt_key& k, int pid = 500) {
    return {.key = k, .pid = pid, .root_pid = pid + 1, .proof = keeper::tier::cgroup};
  }

  void tell_both(const keeper::attempt_key& k, const keeper::report& what) {
    outside.tell(k, what);
    keeper_says(what);
  }
  /// As the keeper: it makes the transcript, then starts the agent.
  void spawned(const std::string& id, std::uint32_t n = 1) {
    std::ofstream(disk.stdout_file(id, n), std::ios::app);
    tell_both(key(id, n), alive(key(id, n)));
  }
  void prints(const std::string& text) {
    outside.feed(outside.tails.rbegin()->first, text);
    settle();
  }
  void prints(const json& j) { prints(print_json(j) + "\n"); }
  void exits(const std::string& id, int code, std::uint32_t n = 1) {
    outside.tell(
      key(id, n),
      keeper::exited_report{.key = key(id, n), .code = code, .tree_empty = true});
    settle();
    vanishes(id, n);
  }
  void vanishes(const std::string& id, std::uint32_t n = 1) {
    tell_both(
      key(id, n),
      keeper::gone_report{
        .key = key(id, n), .proof = keeper::tier::cgroup, .at = outside.wall()});
  }
  void completes(const std::string& id, std::uint32_t n = 1) {
    prints(json{{"type", "run_completed"}, {"final_response", "done"}});
    exits(id, 0, n);
  }

  template <class Order>
  std::vector<Order> ordered() const {
    std::vector<Order> found;
    for (const auto& each : outside.orders)
      if (const auto* one = std::get_if<Order>(&each))
        found.push_back(*one);
    return found;
  }

  std::vector<std::string> lines_sent() const {
    std::vector<std::string> lines;
    for (const auto& each : ordered<keeper::write_order>())
      lines.push_back(std::to_string(each.n) + " " + each.line);
    return lines;
  }

  /// The actor of a run, as the registry is told of it, is found by its attempt's link:
  /// a bug in it looks like this.
  void crash_attempt(const std::string& id, std::uint32_t n = 1) {
    const auto who = caf::actor_cast<caf::actor>(outside.watchers.at(key(id, n)));
    caf::anon_send_exit(who, caf::exit_reason::unhandled_exception);
    settle();
  }
};

} // namespace troupe::test
