#pragma once

#include "tests/actors/house.hpp"

#include <gmock/gmock.h>

namespace troupe {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A house with one run in it, and the words to push it along.
struct one_run : test::house {
  template <class Answer>
  using waiting = result<Answer>;

  /// A run of Claude Code.
  static json of_claude(const json& more = json::object());
  std::string working(const json& more = json::object());
  void asks(const std::string& request);
  result<continued_run> says(const std::string& id, const json& message);
  /// What the agent was told, turn by turn.
  std::vector<std::string> turns_of(const std::string& id, std::uint32_t n);
  result<cancelled_run> cancel(const std::string& id, int wait_ms = 0);
  auto poll(const std::string& id, std::uint64_t after, int wait_ms = 20'000) {
    return ask(
      names,
      by_person<poll_events>(
        {{"run_id", id}, {"after_seq", after}, {"wait_ms", wait_ms}}));
  }
  template <class Handle>
  event_page page_of(Handle& handle) {
    event_page got;
    handle.receive(
      [&](event_page& page) { got = page; },
      [](const caf::error& e) { ADD_FAILURE() << from_caf(e).message; });
    return got;
  }
};

} // namespace troupe
