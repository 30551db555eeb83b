#include "tests/e2e/daemon.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace troupe::e2e {

namespace {

using ::testing::HasSubstr;

/// A stand-in for Claude Code: says one thing to each turn, which it ends unless there
/// is a file `hold`; and without `-p` it is the program of a person.
constexpr const char* double_of_claude = R"(
while [ $# -gt 0 ]; do
  case "$1" in
    --session-id|--resume) session=$2 ;;
    -p) streams=yes ;;
  esac
  shift
done
[ -n "$streams" ] || { echo "a person has $session in $PWD"; exit 0; }
own=',"session_id":"'$session'"}'
echo '{"type":"system","subtype":"init"'"$own"
while read -r line; do
  case "$line" in *'"type":"user"'*) ;; *) continue ;; esac
  echo '{"type":"assistant","message":{"role":"assistant","content":'\
'[{"type":"text","text":"hm"}]}'"$own"
  [ -e hold ] || echo '{"type":"result","subtype":"success","is_error":false,"result":"done"'"$own"
done
)";

/// A person beside a run, with the real program in front of the real daemon.
class beside : public daemon_test {
protected:
  void SetUp() override {
    const auto script = file("claude.sh");
    std::ofstream(script) << double_of_claude;
    configure(
      "backends:\n  double:\n    type: claude_code\n    command: [/bin/sh, " + script +
      ", " + marker_ + "]\n");
  }

  [[nodiscard]] std::string file(const char* name) const {
    return (place_.path() / name).string();
  }

  std::string start_double(connection& me) {
    return me
      ->must(
        "spawn_run",
        {{"backend", "double"}, {"prompt", "go"}, {"cwd", place_.path().string()}})
      .value("run_id", "");
  }

  /// Reads on until a line has this; the line.
  static std::string line_with(testing::line_end& from, const std::string& text) {
    std::string seen;
    while (const auto line = from.line()) {
      if (line->find(text) != line->npos)
        return *line;
      seen += *line + "\n";
    }
    ADD_FAILURE() << "no line with " << text << " in\n" << seen;
    return {};
  }

  static json look(connection& me, const std::string& id) {
    return me->must("get_run", {{"run_id", id}});
  }
};

} // namespace

TEST_F(beside, APersonAnswersAndGivesTheNextTurn) {
  auto me = join();
  const std::string script =
    R"(
read -r turn
echo '{"type":"input_required","request_id":"q","kind":"permission",'\
'"title":"may I?","options":["allow","deny"]}'
read -r answer; echo "heard $answer"
until [ -e go ]; do sleep 0.02; done
echo '{"type":"run_completed","final_response":"one"}'
read -r turn; echo "then $turn"
echo '{"type":"run_completed","final_response":"two"}'
)";
  const auto id =
    me->must(
        "spawn_run",
        {{"backend", "process"},
         {"prompt", "go"},
         {"cwd", place_.path().string()},
         {"backend_config",
          {{"command", {"/bin/sh", "-c", script, marker_}}, {"stdin", "json"}}}})
      .value("run_id", "");
  ASSERT_FALSE(me->event_of(id, "input_required").is_null()) << log();

  const auto person = troupe({"attach", id});
  EXPECT_THAT(line_with(person->out, "waits for"), HasSubstr("may I? (allow, deny)"));
  person->in.say(std::string_view("allow"));
  line_with(person->out, R"("decision":"allow")");
  person->in.say(std::string_view("now the tests"));
  ASSERT_FALSE(me->event_of(id, "message_added").is_null()) << log();
  std::ofstream(file("go")) << "now";
  line_with(person->out, "then ");
  person->in.end();

  EXPECT_EQ(person->exit_code(), 0);
  EXPECT_EQ(look(me, id)["result"]["final_response"], "two");
}

TEST_F(beside, APersonGoesOnWithAnEndedRunAndLeavesALiveOne) {
  auto me = join();
  const auto id = start_double(me);
  me->ended({id});
  std::ofstream(file("hold")) << "now";

  const auto person = troupe({"attach", id});
  person->in.say(std::string_view("and now the tests"));
  const auto said = line_with(person->out, "goes on as ");
  const auto next = said.substr(said.find("r_"), id.size());
  line_with(person->out, "hm");
  person->signal(SIGINT);

  EXPECT_EQ(person->exit_code(), 130);
  const auto view = look(me, next);
  EXPECT_EQ(view["status"], "running");
  EXPECT_EQ(view["resumed_from_run_id"], id);
  EXPECT_EQ(view["backend_session_id"], look(me, id)["backend_session_id"]);
}

TEST_F(beside, APersonTakesARunOverIntoItsOwnProgram) {
  std::ofstream(file("hold")) << "now";
  auto me = join();
  const auto id = start_double(me);
  ASSERT_FALSE(me->event_of(id, "agent_message").is_null()) << log();
  const auto session = look(me, id).value("backend_session_id", "");
  ASSERT_FALSE(bearers(id).empty());

  const auto person = troupe({"takeover", id});
  const auto line = person->out.line().value_or("");

  EXPECT_EQ(person->exit_code(), 0) << person->err.line().value_or("");
  EXPECT_TRUE(bearers(id).empty()) << described(bearers(id));
  EXPECT_EQ(look(me, id)["status"], "cancelled");
  testing::program shell({"/bin/sh", "-c", line}, environment_);
  EXPECT_EQ(
    shell.out.line(), "a person has " + session + " in " + place_.path().string());
  EXPECT_EQ(shell.exit_code(), 0);
}

TEST_F(beside, ARunWithoutAProgramOfItsOwnIsNotTakenOver) {
  auto me = join();
  const auto id = spawn(*me, {"wait"});
  ASSERT_FALSE(me->event_of(id, "agent_message").is_null());

  const auto person = troupe({"takeover", id});

  EXPECT_THAT(person->err.line().value_or(""), HasSubstr("troupe attach " + id));
  EXPECT_EQ(person->exit_code(), 1);
  EXPECT_EQ(look(me, id)["status"], "running");
}

} // namespace troupe::e2e
