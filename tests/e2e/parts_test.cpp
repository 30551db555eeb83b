#include "tests/e2e/daemon.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace troupe::e2e {

namespace {

using ::testing::HasSubstr;

/// Messages that are more than text, to a worker in one line of shell that prints what
/// it is told.
class attachments : public daemon_test {
protected:
  [[nodiscard]] std::string file(const char* name) const {
    return (place_.path() / name).string();
  }

  [[nodiscard]] json worker(const std::string& text, const char* input = "json") const {
    return {
      {"backend", "process"},
      {"cwd", place_.path().string()},
      {"restart", {{"backoff_ms", 10}}},
      {"backend_config",
       {{"command",
         {"/bin/sh",
          "-c",
          "show() { read -r it; printf '%s\\n' \"$it\"; };" + text,
          marker_}},
        {"stdin", input}}}};
  }

  static json picture(const std::string& base64) {
    return {
      {"type", "file"},
      {"bytes_base64", base64},
      {"mime_type", "image/png"},
      {"name", "dot.png"}};
  }

  static json message(const std::string& words, json attached) {
    return {
      {"parts",
       json::array({{{"type", "text"}, {"text", words}}, std::move(attached)})}};
  }

  /// What the n-th line of an attempt was told, as JSON.
  [[nodiscard]] json heard(const std::string& id, int attempt, std::size_t line) const {
    const auto lines = transcript(id, attempt);
    if (line >= lines.size())
      return "nothing";
    return parse_json(lines[line]).value_or(json(lines[line]));
  }
};

constexpr const char* says_done =
  R"(echo '{"type":"run_completed","final_response":"done"}';)";

/// 200 KiB.
const std::string bytes(204'800, 'A');

} // namespace

TEST_F(attachments, AFileReachesEveryAttemptAndNoEventRepeatsItsBytes) {
  auto me = join();
  auto order = worker(
    "show; test -e " + file("once") + " || { : > " + file("once") + "; exit 1; };" +
    says_done);
  order["input_message"] = message("look at this", picture(bytes));

  const auto id = me->must("spawn_run", order).value("run_id", "");
  me->ended({id});

  for (const int attempt : {1, 2}) {
    const auto turn = heard(id, attempt, 0);
    ASSERT_TRUE(turn.contains("parts")) << print_json(turn).substr(0, 400);
    EXPECT_EQ(turn["parts"][1], picture(bytes));
    EXPECT_EQ(turn["text"], "look at this\n\nAttached file: dot.png (image/png)");
  }
  const auto begun = me->event_of(id, "run_started")["data"];
  EXPECT_EQ(
    begun.value("prompt", ""), "look at this\n\nAttached file: dot.png (image/png)");
  EXPECT_EQ(
    begun.value("files", json()),
    json::array(
      {{{"mime_type", "image/png"}, {"name", "dot.png"}, {"bytes", 153'600}}}));
}

TEST_F(attachments, AFileThatWaitsForItsTurnOutlivesAgentAndSupervisor) {
  auto me = join();
  auto order = worker(
    "test -e " + file("once") + " && { show; " + says_done + "show; " + says_done +
    "exit 0; }; read -r a;" + "echo up; until test -e " + file("once") +
    "; do sleep 0.02; done; exit 1");
  order["prompt"] = "begin";
  const auto id = me->must("spawn_run", order).value("run_id", "");
  ASSERT_FALSE(me->event_of(id, "agent_message").is_null()) << log();

  me->must(
    "continue_run",
    {{"run_id", id}, {"input_message", message("and this", picture(bytes))}});
  kill_supervisor();
  std::ofstream(file("once")) << "now";
  me->ended({id});

  const auto waited = heard(id, 2, 2);
  ASSERT_TRUE(waited.contains("parts")) << print_json(waited).substr(0, 400);
  EXPECT_EQ(waited["parts"][1], picture(bytes));
}

TEST_F(attachments, WhatCannotBeCarriedIsRefusedInWords) {
  auto me = join();
  auto order = worker("show;" + std::string(says_done));
  const auto refusal = [&](const json& input) {
    order["input_message"] = input;
    const auto reply = me->call("spawn_run", order);
    EXPECT_TRUE(reply.failed);
    return reply.text.substr(0, 400);
  };
  const std::string large((3 * 1024 * 1024) + 4, 'A');

  EXPECT_THAT(refusal(message("x", picture(large))), HasSubstr("name that by uri"));
  EXPECT_THAT(
    refusal(message("x", picture("AAA"))),
    HasSubstr("input_message.parts[1].bytes_base64: is no base64"));
  order["backend"] = "codex";
  order["backend_config"] = json::object();
  auto paper = picture("AAAA");
  paper["mime_type"] = "application/pdf";
  EXPECT_THAT(
    refusal(message("x", paper)),
    HasSubstr("input_message.parts[1]: codex takes images"));
  order["backend"] = "codex_exec";
  EXPECT_THAT(
    refusal(message("x", picture("AAAA"))),
    HasSubstr("input_message.parts[1]: codex_exec takes no bytes"));
}

TEST_F(attachments, AProgramThatIsToldTextOnlyFailsInWords) {
  auto me = join();
  auto order = worker(says_done, "text");
  order["input_message"] = message("x", picture("AAAA"));

  const auto id = me->must("spawn_run", order).value("run_id", "");
  me->ended({id});

  const auto view = me->must("get_run", {{"run_id", id}});
  EXPECT_EQ(view["exit"]["reason"], "agent_error") << print_json(view);
  EXPECT_THAT(view["error"].get<std::string>(), HasSubstr("backend_config.stdin json"));
}

TEST_F(attachments, AFileThatIsNamedGoesToEveryProgramAsALine) {
  auto me = join();
  auto order = worker("cat;" + std::string(says_done), "text");
  order["input_message"] =
    message("x", {{"type", "file"}, {"name", "log"}, {"uri", "file:///var/log/it"}});

  const auto id = me->must("spawn_run", order).value("run_id", "");
  me->ended({id});

  EXPECT_THAT(
    transcript(id, 1), ::testing::Contains("Attached file: log, file:///var/log/it"));
}

} // namespace troupe::e2e
