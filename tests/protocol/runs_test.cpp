#include "protocol/runs.hpp"

#include "protocol/events.hpp"
#include "protocol/hello.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

TEST(SpawnRun, HasASchemaThatAModelCanRead) {
  const auto s = schema<spawn_run>();
  const auto& p = s["properties"];
  EXPECT_EQ(s["required"], json::array({"backend"}));
  EXPECT_EQ(s["additionalProperties"], false);
  EXPECT_EQ(p.size(), decltype(spawn_run::fields())::size);
  EXPECT_EQ(p["session_mode"]["enum"], json({"new", "resume", "resume_or_new"}));
  EXPECT_EQ(p["session_mode"]["default"], "new");
  EXPECT_EQ(p["role"]["default"], "worker");
  EXPECT_EQ(p["prompt"]["type"], "string");
  EXPECT_EQ(p["input_message"]["anyOf"].size(), 2u);
  EXPECT_EQ(p["env"]["additionalProperties"]["type"], "string");
  EXPECT_EQ(p["restart"]["properties"]["type"]["default"], "transient");
  EXPECT_EQ(p["restart"]["properties"]["max_restarts"]["default"], 3);
  EXPECT_EQ(p["limits"]["properties"]["linger_s"]["default"], 10);
  EXPECT_FALSE(p["limits"]["properties"]["idle_s"].contains("default"));
  EXPECT_EQ(p["limits"]["additionalProperties"], false);
  for (const auto& [name, property] : p.items())
    EXPECT_FALSE(property["description"].get<std::string>().empty()) << name;
}

TEST(SpawnRun, IsReadWithItsDefaults) {
  const auto run =
    decode_text<spawn_run>(R"({"backend":"process","limits":{"idle_s":5}})");
  ASSERT_TRUE(run);
  EXPECT_EQ(run->backend, "process");
  EXPECT_EQ(run->role, "worker");
  EXPECT_EQ(run->limits.idle_s, 5u);
  EXPECT_EQ(run->limits.linger_s, 10u);
  EXPECT_EQ(run->restart, restart_policy{});
}

TEST(SpawnRun, NamesWhatIsWrongWithItsPath) {
  const auto error = [](std::string_view text) {
    return decode_text<spawn_run>(text).error().message;
  };
  EXPECT_EQ(error("{}"), "backend: required");
  EXPECT_EQ(
    error(R"({"backend":"x","limits":{"idel_s":5}})"),
    "limits.idel_s: unknown field; did you mean idle_s?");
  EXPECT_EQ(
    error(R"({"backend":"x","restart":{"type":"transiant"}})"),
    R"(restart.type: unknown value "transiant"; did you mean transient?)");
  EXPECT_EQ(
    error(R"({"backend":"x","permissions":{"deny":["a",1]}})"),
    "permissions.deny[1]: expected a string, got number");
  EXPECT_EQ(
    error(R"({"backend":"x","limits":{"wall_s":-1}})"),
    "limits.wall_s: integer out of range");
}

TEST(RunView, OfANewerVersionIsStillRead) {
  auto j = encode(run_view{});
  j["new_member"] = 1;
  EXPECT_TRUE(decode<run_view>(j));
}

template <class T>
void expect_round_trip() {
  const auto text = encode_text(T{});
  const auto back = decode_text<T>(text);
  ASSERT_TRUE(back) << text << ": " << back.error().message;
  EXPECT_EQ(encode_text(*back), text);
}

TEST(EveryRecord, SurvivesTheRoundTripAsItIsMade) {
  expect_round_trip<spawn_run>();
  expect_round_trip<spawned_run>();
  expect_round_trip<pending_request>();
  expect_round_trip<attempt_view>();
  expect_round_trip<run_result>();
  expect_round_trip<run_brief>();
  expect_round_trip<get_run>();
  expect_round_trip<run_view>();
  expect_round_trip<poll_events>();
  expect_round_trip<event_page>();
  expect_round_trip<cancel_run>();
  expect_round_trip<cancelled_run>();
  expect_round_trip<continued_run>();
  expect_round_trip<list_runs>();
  expect_round_trip<run_page>();
  expect_round_trip<wait_runs>();
  expect_round_trip<waited_runs>();
  expect_round_trip<exit_reason>();
  expect_round_trip<event_line>();
  expect_round_trip<event_source>();
  expect_round_trip<agent_input>();
  expect_round_trip<hello>();
}

} // namespace
} // namespace troupe
