#pragma once

#include "actors/errors.hpp"
#include "actors/interfaces.hpp"
#include "protocol/headroom.hpp"
#include "protocol/json.hpp"
#include "store/configuration.hpp"
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
  headroom left; ///< What the machine has.
  journal_actor files;
  registry_actor names;
  worktrees_actor trees;
  notifier_actor herald;
  post_actor mail;
  peers_actor eyes; ///< Nobody, unless a test has one.
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
  void begin_hearing(std::vector<keeper::report> early);

  /// Who waits for the disk.
  virtual syncer_actor disk_hand();

  /// Who stands between the actors and their journal.
  virtual journal_actor in_front_of(journal_actor real) { return real; }

  /// The supervisor is killed: nothing of it is left but the disk and the keeper.
  void die();

  void keeper_says(keeper::report what);

  static asked<spawn_run> request(json more = json::object());

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

  std::string start(const json& more = json::object());

  run_view view(const std::string& id);

  std::vector<json> events(const std::string& id, std::uint64_t after = 0);

  /// Types in order; the phase of those that tell of one.
  std::vector<std::string> told(const std::string& id);

  static keeper::attempt_key key(const std::string& id, std::uint32_t n = 1) {
    return {id, n};
  }
  static keeper::spawned_report alive(const keeper::attempt_key& k, int pid = 500) {
    return {.key = k, .pid = pid, .root_pid = pid + 1, .proof = keeper::tier::cgroup};
  }

  void tell_both(const keeper::attempt_key& k, const keeper::report& what);
  /// As the keeper: it makes the transcript, then starts the agent.
  void spawned(const std::string& id, std::uint32_t n = 1) {
    std::ofstream(disk.stdout_file(id, n), std::ios::app);
    tell_both(key(id, n), alive(key(id, n)));
  }
  void prints(const std::string& text);
  void prints(const json& j) { prints(print_json(j) + "\n"); }
  void exits(const std::string& id, int code, std::uint32_t n = 1);
  void vanishes(const std::string& id, std::uint32_t n = 1);
  void completes(const std::string& id, std::uint32_t n = 1);

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
  void crash_attempt(const std::string& id, std::uint32_t n = 1);
};

} // namespace troupe::test
