#include "tests/e2e/daemon.hpp"

#include <gmock/gmock.h>

namespace troupe::e2e {

namespace {

/// What an agent says at length.
class artifacts : public daemon_test {
protected:
  void SetUp() override { configure("toolsets: [runs, artifacts]\n"); }

  /// The text of an event, range by range.
  static std::string
  in_whole(connection& me, const std::string& id, const json& event) {
    std::string whole;
    json question{
      {"run_id", id}, {"seq", event["seq"]}, {"field_path", "/text"}, {"limit", 4099}};
    for (json next = 0; !next.is_null();) {
      question["offset"] = next;
      const auto part = me->must("get_event_artifact", question);
      whole += part["content"].get<std::string>();
      next = part.value("next_offset", json());
    }
    return whole;
  }
};

} // namespace

TEST_F(artifacts, WhatPollEventsShortensIsReadInWholeByRanges) {
  auto me = join();
  auto request = agent({});
  request["backend_config"] = {
    {"command",
     {"/bin/sh",
      "-c",
      "i=0; while [ $i -lt 9000 ]; do printf 'ä€%d' $i; i=$((i+1)); done",
      marker_}},
    {"stdin", "none"}};
  const auto id = me->must("spawn_run", request).value("run_id", "");
  me->ended({id});
  std::string said;
  for (int i = 0; i < 9000; ++i)
    said += "ä€" + std::to_string(i);

  const auto event = me->event_of(id, "agent_message");

  EXPECT_EQ(event["data"]["truncated"]["/text"], said.size());
  EXPECT_EQ(in_whole(me, id, event), said);
  kill_supervisor();
  EXPECT_EQ(in_whole(me, id, event), said);
}

} // namespace troupe::e2e
