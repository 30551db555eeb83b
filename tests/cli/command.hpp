#pragma once

#include "cli/options.hpp"
#include "protocol/jsonrpc.hpp"
#include "protocol/runs.hpp"
#include "tests/cli/fake_daemon.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace troupe {

using namespace testing;
using namespace cli;

inline constexpr const char* run_id = "r_01KAGQ2Z3T0000000000000000";

/// A command against a daemon whose every answer is written in the test.
class command : public ::testing::Test {
protected:
  void start(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), troupe_program());
    arguments.insert(arguments.begin() + 1, {"--state-dir", place_.state()});
    program_ = std::make_unique<program>(
      arguments,
      std::vector<std::string>{
        "PATH=/usr/bin:/bin",
        "TROUPE_RUN_ID=r_test",
        "TZ=UTC",
        "XDG_RUNTIME_DIR=" + place_.path().string()});
    link_ = daemon_->greeted();
    const auto initialize = link_.message();
    EXPECT_EQ(initialize["params"]["protocolVersion"], "2025-11-25");
    link_.say(answer(initialize["id"]));
    EXPECT_EQ(link_.message()["method"], "notifications/initialized");
  }

  /// The arguments of the next call, which must be of this tool.
  json called(std::string_view tool) {
    call_ = link_.message();
    EXPECT_EQ(call_["params"]["name"], tool);
    return call_["params"]["arguments"];
  }

  void reply(json structured) {
    link_.say(answer(
      call_["id"],
      {{"content", json::array()}, {"structuredContent", std::move(structured)}}));
  }

  void refuse(const char* why) {
    link_.say(answer(
      call_["id"],
      {{"content", json::array({{{"type", "text"}, {"text", why}}})},
       {"isError", true}}));
  }

  meeting_place place_;
  std::unique_ptr<fake_daemon> daemon_ = std::make_unique<fake_daemon>(place_.socket());
  std::unique_ptr<program> program_;
  line_end link_;
  json call_;
};

inline json brief(run_status status) {
  run_brief run;
  run.run_id = run_id;
  run.agent_name = "builder";
  run.backend = "process";
  run.status = status;
  run.phase = status == run_status::running ? run_phase::working : run_phase::completed;
  run.summary = "at it";
  return encode(run);
}

inline json spawned() {
  spawned_run run;
  run.run_id = run_id;
  run.agent_name = "builder";
  return encode(run);
}

inline json page(run_status status, std::vector<json> events, std::uint64_t last) {
  event_page p;
  p.run_id = run_id;
  p.status = status;
  p.next_after_seq = last;
  p.last_seq = last;
  for (const auto& event : events)
    p.events.push_back({print_json(event)});
  return encode(p);
}

inline json said(std::uint64_t seq, const char* text) {
  return {
    {"seq", seq},
    {"ts", "2025-11-20T11:59:58.000Z"},
    {"type", "agent_message"},
    {"data", {{"text", text}}}};
}

} // namespace troupe
