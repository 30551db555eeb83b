#include "store/run_files.hpp"

#include "scratch.hpp"
#include "some_run.hpp"

#include "protocol/json.hpp"

#include <gmock/gmock.h>

#include <chrono>

namespace troupe::store {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr timestamp noon{1'700'000'000'000};

class RunFiles : public testing::Test {
protected:
  scratch dir_;
  layout at_{dir_ / "state"};

  std::string made(const run_record& run) {
    EXPECT_TRUE(create_run(at_, run, some_launch()));
    return run.view.run_id;
  }
};

TEST_F(RunFiles, KeepARunAndHowToStartItPrivately) {
  const umask_scope scope(0);
  const auto run = some_run(noon);
  const auto id = made(run);
  EXPECT_EQ(encode_text(*load_run(at_, id)), encode_text(run));
  EXPECT_EQ(encode_text(*load_launch(at_, id)), encode_text(some_launch()));
  for (const auto& file : {at_.run_file(id), at_.launch_file(id)})
    EXPECT_EQ(mode_of(file), 0600u);
  for (const auto& directory : {at_.state, at_.runs(), at_.run(id)})
    EXPECT_EQ(mode_of(directory), 0700u);
}

TEST_F(RunFiles, RefuseAnIdThatIsTakenOrNone) {
  auto run = some_run(noon);
  made(run);
  EXPECT_EQ(create_run(at_, run, some_launch()).error().code, errc::conflict);
  run.view.run_id = "../r_1";
  EXPECT_EQ(create_run(at_, run, some_launch()).error().code, errc::invalid_argument);
}

TEST_F(RunFiles, KeepSecretsWhileTheRunLivesAndTheResultWhenItIsFinal) {
  auto run = some_run(noon);
  const auto id = made(run);
  ASSERT_TRUE(save_run(at_, run));
  EXPECT_TRUE(std::filesystem::exists(at_.launch_file(id)));
  EXPECT_FALSE(std::filesystem::exists(at_.result_file(id)));
  run.view.phase = run_phase::completed;
  run.view.status = run_status::completed;
  run.view.result.emplace().final_response = "done";
  run.view.exit = exit_reason{exit_kind::completed, "", 0, {}, {}};
  ASSERT_TRUE(save_run(at_, run));
  EXPECT_TRUE(remove_launch(at_, id));
  EXPECT_FALSE(std::filesystem::exists(at_.launch_file(id)));
  EXPECT_TRUE(remove_launch(at_, id));
  EXPECT_EQ(load_launch(at_, id).error().code, errc::not_found);
  EXPECT_EQ(load_run(at_, id)->view.status, run_status::completed);
  EXPECT_EQ(
    slurp(at_.result_file(id)),
    R"({"run_id":")" + id +
      R"(","status":"completed","result":{"final_response":"done"},)"
      R"("exit":{"reason":"completed","detail":"","code":0}})"
      "\n");
}

TEST_F(RunFiles, KnowTheTokenOfTheNewestAttempt) {
  const auto id = made(some_run(noon));
  EXPECT_EQ(*load_newest_token(at_, id), "");
  for (const std::uint32_t n : {9u, 10u})
    ASSERT_TRUE(create_attempt(at_, id, n, "secret " + std::to_string(n)));
  std::filesystem::create_directory(at_.attempt(id, 1).parent_path() / "99x");
  EXPECT_EQ(*load_newest_token(at_, id), "secret 10");
}

TEST_F(RunFiles, ListRunsNewestFirst) {
  std::vector<std::string> ids;
  for (std::int64_t n = 0; n < 5; ++n)
    ids.insert(ids.begin(), made(some_run({noon.ms + n * 1000})));
  const auto found = list_runs(at_);
  std::vector<std::string> seen;
  for (const auto& run : found.runs)
    seen.push_back(run.view.run_id);
  EXPECT_EQ(seen, ids);
  EXPECT_TRUE(found.complaints.empty());
}

TEST_F(RunFiles, ListNothingWhereThereIsNoStateDirectory) {
  const auto found = list_runs(at_);
  EXPECT_TRUE(found.runs.empty());
  EXPECT_TRUE(found.complaints.empty());
}

TEST_F(RunFiles, SetADamagedRunAsideAndListTheOthers) {
  const auto good = made(some_run(noon));
  const auto bad = made(some_run({noon.ms + 1}));
  write(at_.run_file(bad), slurp(at_.run_file(bad)).substr(0, 50));
  const auto found = list_runs(at_);
  ASSERT_EQ(found.runs.size(), 1u);
  EXPECT_EQ(found.runs[0].view.run_id, good);
  const auto aside = aside_of(at_.run_file(bad));
  EXPECT_EQ(slurp(aside).size(), 50u);
  EXPECT_THAT(
    found.complaints,
    ElementsAre(AllOf(HasSubstr(bad), HasSubstr(aside.filename().string()))));
}

TEST_F(RunFiles, LeaveAHalfMadeRunANewerOneAndAMislaidOneAsTheyAre) {
  const auto half = made(some_run(noon));
  const auto newer = made(some_run({noon.ms + 1}));
  const auto mislaid = made(some_run({noon.ms + 2}));
  std::filesystem::remove(at_.run_file(half));
  auto later = some_run({noon.ms + 1});
  later.version = 2;
  later.view.run_id = newer;
  ASSERT_TRUE(save_run(at_, later));
  write(at_.run_file(mislaid), encode_text(some_run(noon)));
  const auto found = list_runs(at_);
  EXPECT_TRUE(found.runs.empty());
  EXPECT_THAT(
    found.complaints,
    ElementsAre(
      AllOf(HasSubstr(mislaid), HasSubstr("left as it is")),
      AllOf(HasSubstr(newer), HasSubstr("newer Troupe")),
      AllOf(HasSubstr(half), HasSubstr("no run.json"))));
  EXPECT_TRUE(std::filesystem::exists(at_.run_file(newer)));
  EXPECT_TRUE(std::filesystem::exists(at_.run_file(mislaid)));
  EXPECT_TRUE(std::filesystem::exists(at_.launch_file(half)));
}

TEST_F(RunFiles, OverlookWhatIsNoRun) {
  const auto id = made(some_run(noon));
  std::filesystem::create_directory(at_.runs() / ".removed-x");
  write(at_.runs() / "notes.txt", "");
  const auto found = list_runs(at_);
  EXPECT_EQ(found.runs.size(), 1u);
  EXPECT_TRUE(found.complaints.empty());
}

TEST_F(RunFiles, KeepSessions) {
  session_record session;
  session.session_id = new_session_id(noon);
  session.backend = "claude_code";
  session.backend_session_id = "u-1";
  session.launch = some_launch();
  ASSERT_TRUE(save_session(at_, session));
  EXPECT_EQ(encode_text(*load_session(at_, session.session_id)), encode_text(session));
  EXPECT_EQ(load_session(at_, "s_none").error().code, errc::not_found);
  EXPECT_EQ(mode_of(at_.session_file(session.session_id)), 0600u);
}

TEST_F(RunFiles, GiveAnAttemptItsTokenOnceMoreIfAskedAgain) {
  const umask_scope scope(0);
  const auto id = made(some_run(noon));
  for (const auto* token : {"first", "second"}) {
    ASSERT_TRUE(create_attempt(at_, id, 1, token));
    EXPECT_EQ(*load_token(at_, id, 1), token);
  }
  EXPECT_EQ(mode_of(at_.token_file(id, 1)), 0600u);
  EXPECT_EQ(mode_of(at_.attempt(id, 1)), 0700u);
}

class Inputs : public RunFiles {
protected:
  std::string id_ = made(some_run(noon));
  std::vector<agent_input> given_ = {
    {1, 0, input_kind::turn, {R"({"text":"go"})"}},
    {2, 100, input_kind::answer, {R"({"request_id":"q"})"}},
    {3, 200, input_kind::close, {}},
  };

  void SetUp() override {
    ASSERT_TRUE(create_attempt(at_, id_, 1, "t"));
    for (const auto& input : given_)
      ASSERT_TRUE(append_input(at_, id_, 1, input));
  }
};

TEST_F(Inputs, AreLoadedAsTheyWereGiven) {
  EXPECT_EQ(load_inputs(at_, id_, 1)->inputs, given_);
  EXPECT_TRUE(load_inputs(at_, id_, 2)->inputs.empty());
  EXPECT_EQ(mode_of(at_.inputs_file(id_, 1)), 0600u);
}

TEST_F(Inputs, DoNotCountATornLastLineAndGoOnBehindIt) {
  const auto file = at_.inputs_file(id_, 1);
  write(file, slurp(file) + R"({"n":4,"at_off)");
  EXPECT_EQ(load_inputs(at_, id_, 1)->inputs, given_);
  given_.push_back({4, 300, input_kind::interrupt, {}});
  ASSERT_TRUE(append_input(at_, id_, 1, given_.back()));
  EXPECT_EQ(load_inputs(at_, id_, 1)->inputs, given_);
}

TEST_F(Inputs, AreSetAsideFromADamagedLineOn) {
  const auto file = at_.inputs_file(id_, 1);
  const auto good = slurp(file);
  write(file, good + "garbage\n" + good);
  const auto found = load_inputs(at_, id_, 1);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->inputs, given_);
  ASSERT_TRUE(found->complaint);
  EXPECT_THAT(*found->complaint, HasSubstr("line 4"));
  EXPECT_EQ(slurp(file), good);
  EXPECT_EQ(slurp(aside_of(file)), "garbage\n" + good);
}

TEST_F(RunFiles, ListAThousandRunsAndTellHowLongItTook) {
  for (std::int64_t n = 0; n < 1000; ++n)
    made(some_run({noon.ms + n}));
  const auto start = std::chrono::steady_clock::now();
  const auto found = list_runs(at_);
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(found.runs.size(), 1000u);
  RecordProperty(
    "ms",
    std::to_string(
      std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
}

} // namespace
} // namespace troupe::store
