#include "tests/gateway/door.hpp"
#include "tests/support/transcript.hpp"

#include <filesystem>

namespace troupe::mcp {
namespace {

std::vector<std::string> transcripts() {
  std::vector<std::string> names;
  const std::string folder = std::string(TROUPE_SOURCE_DIR) + "/tests/transcripts/mcp";
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().extension() == ".jsonl")
      names.push_back(entry.path().string());
  std::ranges::sort(names);
  return names;
}

struct Transcript : test::door_world, ::testing::WithParamInterface<std::string> {
  /// What the desk of all transcripts knows: one run that waits for a permission.
  void SetUp() override {
    run_brief row{
      .run_id = "r_1",
      .agent_name = "agent1",
      .backend = "claude_code",
      .role = "worker",
      .session_id = "s_1",
      .status = run_status::input_required,
      .phase = run_phase::input_required,
      .cwd = "/work",
      .summary = "wants to run make",
      .last_seq = 4};
    row.pending_requests = 1;
    script.page = {.runs = {row}, .total = 1};
    script.view = {
      .run_id = row.run_id,
      .agent_name = row.agent_name,
      .backend = row.backend,
      .role = row.role,
      .session_id = row.session_id,
      .status = row.status,
      .phase = row.phase,
      .cwd = row.cwd,
      .summary = row.summary,
      .last_seq = row.last_seq};
    script.view.pending.push_back(
      {.request_id = "p1",
       .title = "Bash: make",
       .detail = {R"({"command":"make"})"},
       .options = {"allow", "deny"}});
    script.waited = {.satisfied = true, .runs = {row}};
    script.events = {
      .run_id = "r_1",
      .status = run_status::input_required,
      .events = {{R"({"seq":4,"type":"input_required"})"}},
      .next_after_seq = 4,
      .last_seq = 4};
    join();
    say(hello_line);
  }

  /// `r_1 changes`, or `r_2 comes`: a run that was not there. A while goes by. `r_1
  /// asks` for a permission, or `ends`.
  void happen(const std::string& text) {
    if (text.ends_with("asks") || text.ends_with("ends")) {
      const bool asks = text.ends_with("asks");
      script.waited.runs[0].pending_requests = asks ? 1 : 0;
      script.questions = {};
      if (asks)
        script.questions.requests = {
          {.run_id = "r_1",
           .agent_name = "agent1",
           .request_id = "p1",
           .kind = "permission",
           .title = "Bash: make",
           .detail = {R"({"command":"make"})"},
           .options = {"allow", "deny"}}};
      return;
    }
    run_brief run{.run_id = text.substr(0, text.find(' ')), .session_id = "s_1"};
    change(run, text.ends_with("comes"));
    advance(session_state::news_period);
  }
};

TEST_P(Transcript, IsWhatIsSaid) {
  test::transcript_names names;
  std::deque<json> answers;
  for (const auto& line : test::read_transcript(GetParam())) {
    SCOPED_TRACE(GetParam() + ":" + std::to_string(line.number));
    if (line.what == test::transcript_line::kind::said) {
      say(names.filled(line.text));
      release();
      for (auto& message : heard())
        answers.push_back(std::move(message));
      continue;
    }
    if (line.what == test::transcript_line::kind::happened) {
      happen(line.text);
      for (auto& message : heard())
        answers.push_back(std::move(message));
      continue;
    }
    ASSERT_FALSE(answers.empty()) << "nothing was said";
    EXPECT_EQ(names.difference(json::parse(line.text), answers.front()), "");
    answers.pop_front();
  }
  EXPECT_TRUE(answers.empty()) << answers.front();
  EXPECT_TRUE(outside.hung_up.empty());
}

INSTANTIATE_TEST_SUITE_P(
  Mcp, Transcript, ::testing::ValuesIn(transcripts()), [](const auto& file) {
    auto name = std::filesystem::path(file.param).stem().string();
    std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
  });

} // namespace
} // namespace troupe::mcp
