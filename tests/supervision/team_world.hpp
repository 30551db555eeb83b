#pragma once

#include "supervision/team_tree.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace troupe::supervision::test {

/// A tree of teams with its clock in hand. What it wants done is told in words, such as
/// `start b`; a test says what comes of it.
class team_world {
public:
  explicit team_world(std::vector<team_spec> specs, std::vector<team_state> states = {})
    : tree(std::move(specs), std::move(states)) {
    for (std::size_t t = 0; t < tree.size(); ++t)
      for (std::size_t m = 0; m < tree.at(t).spec().members.size(); ++m)
        places_[tree.path_of({t, m})] = {t, m};
  }

  using words = std::vector<std::string>;

  words begin() { return told(tree.begin(now)); }
  words speaks(const std::string& path) {
    return told(tree.became_ready(places_.at(path), now));
  }
  words ends(const std::string& path, member_end how = member_end::failed) {
    return told(tree.ended(places_.at(path), how, "ended", now));
  }
  words refused(const std::string& path) {
    return told(tree.not_started(places_.at(path), "no room", now));
  }
  words stop() { return told(tree.stop("by order", now)); }
  words after(std::int64_t ms) {
    now.ms += ms;
    return told(tree.tick(now));
  }

  /// Begins, and lets every member that starts speak at once.
  void all_speak() {
    auto todo = begin();
    while (!todo.empty()) {
      words next;
      for (const auto& each : todo)
        if (each.starts_with("start "))
          for (auto& more : speaks(each.substr(6)))
            next.push_back(std::move(more));
      todo = std::move(next);
    }
  }

  [[nodiscard]] const member_state& of(const std::string& path) const {
    return tree.state_of(places_.at(path));
  }
  [[nodiscard]] team_phase phase() const { return tree.at(0).state().phase; }
  [[nodiscard]] const std::string& cause() const { return tree.at(0).state().cause; }

  timestamp now{1'000'000};
  team_tree tree;

private:
  words told(const team_tree::actions& todo) const {
    words said;
    for (const auto& each : todo) {
      if (each.what == team_act::over && each.who.team != 0)
        continue;
      if (each.what != team_act::over && tree.spec_of(each.who).team)
        continue;
      said.push_back(
        each.what == team_act::over ? "over"
                                    : word(each.what) + tree.path_of(each.who));
    }
    return said;
  }

  static std::string word(team_act what) {
    switch (what) {
    case team_act::start:
      return "start ";
    case team_act::stop:
      return "stop ";
    default:
      return "kill ";
    }
  }

  std::map<std::string, member_place> places_;
};

/// Members a, b, c … each of which needs the one before.
inline team_spec chain(
  std::size_t count,
  strategy how = strategy::one_for_one,
  restart_type type = restart_type::transient) {
  team_spec spec{.how = how, .members = {}};
  for (std::size_t i = 0; i < count; ++i) {
    member_spec m{.name = std::string(1, static_cast<char>('a' + i)), .restart = type};
    if (i > 0)
      m.needs = {i - 1};
    spec.members.push_back(std::move(m));
  }
  return spec;
}

/// Members that need nobody.
inline team_spec loose(std::size_t count, strategy how = strategy::one_for_one) {
  auto spec = chain(count, how);
  for (auto& each : spec.members)
    each.needs.clear();
  return spec;
}

} // namespace troupe::supervision::test
