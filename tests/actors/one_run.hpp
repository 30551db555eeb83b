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

  std::string working(const json& more = json::object()) {
    const auto id = start(more);
    spawned(id);
    prints(json{{"type", "agent_message"}, {"text", "hello"}});
    return id;
  }
  void asks(const std::string& request) {
    prints(
      json{{"type", "input_required"}, {"request_id", request}, {"title", "may I?"}});
  }
  result<continued_run> says(const std::string& id, const json& message) {
    return answer<continued_run>(
      names, by_person<continue_run>({{"run_id", id}, {"input_message", message}}));
  }
  result<cancelled_run> cancel(const std::string& id, int wait_ms = 0) {
    auto asked_for =
      ask(names, by_person<cancel_run>({{"run_id", id}, {"wait_ms", wait_ms}}));
    advance(ms(0));
    result<cancelled_run> got = fail(errc::internal, "unanswered");
    asked_for.receive(
      [&](cancelled_run& a) { got = a; },
      [&](caf::error& e) { got = fail(from_caf(e)); });
    return got;
  }
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
