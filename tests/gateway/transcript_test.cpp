#include "tests/gateway/door.hpp"
#include "tests/support/transcript.hpp"

#include <deque>

namespace troupe::mcp {
namespace {

const pending_request permission{
  .request_id = "p1",
  .kind = "permission",
  .title = "Bash: make",
  .detail = {R"({"command":"make"})"},
  .options = {"allow", "deny"}};

const pending_request login{
  .request_id = "p1",
  .kind = "auth",
  .title = "Log in",
  .detail = {R"({"url":"https://example.com/login"})"},
  .options = {"allow", "deny"}};

/// The conversations of tests/transcripts/mcp with a session whose desk knows one run,
/// r_1, that asks for a permission. `tests/e2e` holds the same with the real programs.
struct Transcript : test::door_world, ::testing::WithParamInterface<std::string> {
  void SetUp() override {
    script.view = {
      .run_id = "r_1",
      .agent_name = "agent1",
      .backend = "process",
      .role = "worker",
      .session_id = "s_1",
      .cwd = "/work",
      .summary = "Bash: make",
      .last_seq = 4};
    script.events = {
      .run_id = "r_1",
      .status = run_status::input_required,
      .events = {{R"({"seq":4,"type":"input_required"})"}},
      .next_after_seq = 4,
      .last_seq = 4};
    ask(permission);
    join();
    say(hello_line);
  }

  void show(run_status status, run_phase phase) {
    auto& view = script.view;
    view.status = status;
    view.phase = phase;
    run_brief row{
      .run_id = view.run_id,
      .agent_name = view.agent_name,
      .backend = view.backend,
      .role = view.role,
      .session_id = view.session_id,
      .status = status,
      .phase = phase,
      .cwd = view.cwd,
      .summary = view.summary,
      .last_seq = view.last_seq};
    row.pending_requests = static_cast<std::uint32_t>(view.pending.size());
    script.page = {.runs = {row}, .total = 1};
    script.waited = {.satisfied = !busy, .runs = {row}};
    if (busy)
      script.waited.still_waiting = {row.run_id};
  }

  void ask(const pending_request& what) {
    busy = false;
    script.view.pending = {what};
    script.questions.requests = {
      {.run_id = "r_1",
       .agent_name = "agent1",
       .request_id = what.request_id,
       .kind = what.kind,
       .title = what.title,
       .detail = what.detail,
       .options = what.options}};
    if (what.kind == "auth")
      show(run_status::auth_required, run_phase::auth_required);
    else
      show(run_status::input_required, run_phase::input_required);
  }

  void go_on(bool works) {
    busy = works;
    script.view.pending.clear();
    script.questions = {};
    if (works)
      return show(run_status::running, run_phase::working);
    script.view.result = run_result{.final_response = "built"};
    show(run_status::completed, run_phase::completed);
    release();
  }

  /// What happens meanwhile: `20 s go by`, or r_1 or another run does something.
  void happen(const std::string& text) {
    const auto who = text.substr(0, text.find(' '));
    const auto what = text.substr(who.size() + 1);
    if (what == "s go by")
      return advance(std::chrono::seconds(std::stoi(who)));
    if (what.starts_with("asks"))
      return ask(what == "asks" ? permission : login);
    if (what == "works" || what == "ends")
      return go_on(what == "works");
    run_brief run{.run_id = who, .session_id = "s_1"};
    change(run, what == "comes");
    advance(session_state::news_period);
  }

  void hear(const std::string& line) {
    const auto before = script.continued.size();
    say(line);
    if (script.continued.size() > before)
      go_on(false);
    if (!busy)
      release();
  }

  bool busy = false; ///< r_1 works.
};

TEST_P(Transcript, IsWhatIsSaid) {
  using kind = test::transcript_line::kind;
  test::transcript_names names;
  std::deque<json> answers;
  for (const auto& line : test::read_transcript(GetParam())) {
    SCOPED_TRACE(GetParam() + ":" + std::to_string(line.number));
    if (line.what == kind::answered) {
      ASSERT_FALSE(answers.empty()) << "nothing was said";
      EXPECT_EQ(names.difference(json::parse(line.text), answers.front()), "");
      answers.pop_front();
      continue;
    }
    if (line.what == kind::said)
      hear(names.filled(line.text));
    else
      happen(line.text);
    for (auto& message : heard())
      answers.push_back(std::move(message));
  }
  EXPECT_TRUE(answers.empty()) << answers.front();
  EXPECT_TRUE(outside.hung_up.empty());
}

INSTANTIATE_TEST_SUITE_P(
  Mcp,
  Transcript,
  ::testing::ValuesIn(test::transcript_files("mcp")),
  [](const auto& file) { return test::transcript_name(file.param); });

} // namespace
} // namespace troupe::mcp
