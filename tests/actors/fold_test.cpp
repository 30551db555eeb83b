#include "agents/environment.hpp"
#include "agents/fold.hpp"
#include "protocol/json.hpp"

#include <gtest/gtest.h>

namespace troupe::agents {
namespace {

attempt_plan plan() {
  attempt_plan made;
  made.cwd = "/";
  made.backend_config = {R"({"command":["x"],"stdin":"json"})"};
  return made;
}

const std::string transcript =
  R"({"type":"agent_message","text":"one"})"
  "\n"
  R"({"type":"input_required","request_id":"q","title":"may I?"})"
  "\nplain words\n"
  R"({"type":"run_completed","final_response":"done"})"
  "\ntorn";

std::vector<agent_input> recorded() {
  const auto asked = transcript.find("plain");
  return {
    {1, 0, input_kind::turn, {R"({"text":"go"})"}},
    {2, asked, input_kind::answer, {R"({"request_id":"q","decision":"allow"})"}}};
}

folded fold_in_steps(std::size_t step, std::optional<event_source> watermark = {}) {
  fold folding(find_backend("process")->make(plan()), 1, recorded(), watermark);
  folded out;
  folding.begin(out);
  for (std::size_t at = 0; at < transcript.size(); at += step)
    folding.push(std::string_view(transcript).substr(at, step), out);
  folding.finish(out);
  EXPECT_TRUE(folding.caught_up());
  EXPECT_EQ(folding.inputs(), 2u);
  return out;
}

std::string all_of(const folded& out) {
  std::string text;
  for (const auto& each : out.events)
    text += encode_text(each.src) + std::string(to_string(each.what.type)) +
            each.what.data.text + "\n";
  for (const auto& each : out.lines)
    text += std::to_string(each.n) + each.text + "\n";
  return text;
}

TEST(Fold, GivesTheSameHoweverTheBytesCome) {
  const auto whole = all_of(fold_in_steps(transcript.size()));

  for (const std::size_t step : {1u, 2u, 7u, 40u, 64u})
    EXPECT_EQ(all_of(fold_in_steps(step)), whole) << step;
  EXPECT_NE(whole.find("torn"), std::string::npos);
}

TEST(Fold, LeavesOutExactlyWhatWasTold) {
  const auto whole = fold_in_steps(transcript.size());
  ASSERT_GE(whole.events.size(), 4u);

  for (std::size_t known = 0; known < whole.events.size(); ++known) {
    const auto rest = fold_in_steps(11, whole.events[known].src);
    ASSERT_EQ(rest.events.size(), whole.events.size() - known - 1);
    for (std::size_t i = 0; i < rest.events.size(); ++i)
      EXPECT_EQ(rest.events[i].src, whole.events[known + 1 + i].src);
    EXPECT_EQ(rest.lines.size(), whole.lines.size());
  }
}

TEST(Fold, SaysAgainWhatWasSaidLive) {
  fold live(find_backend("process")->make(plan()), 1, {recorded()[0]}, {});
  folded out;
  live.begin(out);
  const auto asked = transcript.find("plain");
  live.push(std::string_view(transcript).substr(0, asked + 3), out);
  auto answer = recorded()[1];
  answer.at_offset = live.offset();
  live.say(answer, out);
  live.push(std::string_view(transcript).substr(asked + 3), out);
  live.finish(out);

  EXPECT_EQ(answer.at_offset, asked);
  EXPECT_EQ(all_of(out), all_of(fold_in_steps(5)));
}

TEST(Environment, HidesOtherAgentsAndKeepsTheRest) {
  const environment client{
    {"CLAUDECODE", "1"}, {"MCP_X", "1"}, {"TROUPE_RUN_ID", "r"}, {"API_KEY", "k"}};

  EXPECT_EQ(inherited(client), (environment{{"API_KEY", "k"}}));
}

TEST(Environment, KeepsOnlyTheBasicsIfClean) {
  const environment client{{"PATH", "/bin"}, {"LC_ALL", "C"}, {"API_KEY", "k"}};

  EXPECT_EQ(clean(client), (environment{{"LC_ALL", "C"}, {"PATH", "/bin"}}));
}

TEST(Environment, MarksCannotBeForged) {
  const environment added{{"TROUPE_RUN_ID", "x"}, {"TROUPE_PARENT_RUN_ID", "y"}};
  const auto lines = environment_of({{"PATH", "/bin"}}, added, {.run_id = "r_1"});

  EXPECT_NE(std::ranges::find(lines, "TROUPE_RUN_ID=r_1"), lines.end());
  EXPECT_NE(std::ranges::find(lines, "PATH=/bin"), lines.end());
  for (const auto& line : lines)
    EXPECT_FALSE(line.starts_with("TROUPE_PARENT_RUN_ID"));
}

/// An agent that asks for two files, the first of which was answered before.
TEST(Fold, AsksForNoFileWhoseAnswerIsRecorded) {
  const std::string said =
    R"({"id":0,"result":{"protocolVersion":1}})"
    "\n"
    R"({"id":1,"result":{"sessionId":"s"}})"
    "\n"
    R"({"id":"a","method":"fs/read_text_file","params":{"path":"/w/a"}})"
    "\n"
    R"({"id":"b","method":"fs/read_text_file","params":{"path":"/w/b"}})"
    "\n";
  const std::vector<agent_input> inputs{
    {1, 0, input_kind::turn, {R"({"text":"go"})"}},
    {2, said.size(), input_kind::file, {R"({"text":"of a"})"}}};
  attempt_plan plan;
  plan.cwd = "/w";
  fold folding(find_backend("acp")->make(plan), 1, inputs, {});

  folded out;
  folding.begin(out);
  folding.push(said, out);

  ASSERT_EQ(out.files.size(), 1u);
  EXPECT_EQ(out.files[0].path, "/w/b");
  EXPECT_NE(out.lines.back().text.find("of a"), std::string::npos);
}

} // namespace
} // namespace troupe::agents
