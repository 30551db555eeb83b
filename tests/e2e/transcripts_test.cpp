#include "tests/e2e/daemon.hpp"
#include "tests/support/transcript.hpp"

#include <deque>
#include <fstream>
#include <poll.h>

namespace troupe::e2e {

namespace {

using kind = test::transcript_line::kind;

/// A worker that asks for what its first argument says, and ends when it is answered.
constexpr const char* asks =
  R"(read -r turn; echo "$0"; read -r answer;)"
  R"(echo '{"type":"run_completed","final_response":"built"}')";
constexpr const char* permission =
  R"({"type":"input_required","request_id":"p1","kind":"permission",)"
  R"("title":"Bash: make","detail":{"command":"make"},"options":["allow","deny"]})";
constexpr const char* login =
  R"({"type":"auth_required","request_id":"p1","title":"Log in",)"
  R"("detail":{"url":"https://example.com/login"}})";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// Whether a message that came can be meant by one that is wanted; its rest is
/// compared.
bool is_meant(const json& wanted, const json& got) {
  if (!wanted.is_object() || !got.is_object())
    return wanted.is_array() && got.is_array();
  static const json::json_pointer uri("/params/uri");
  if (wanted.contains("method"))
    return got.value("method", "") == wanted["method"] &&
           wanted.value(uri, "") == got.value(uri, "");
  return !got.contains("method") &&
         wanted.value("id", json()) == got.value("id", json());
}

/// The conversations of tests/transcripts/mcp through `troupe mcp`, a daemon and a
/// worker. What a file calls r_1, r_2, s_1 and /work are runs, a session and a place
/// here. Answers may come in any order, and one may be told more than once of what
/// changes.
class transcripts : public daemon_test,
                    public ::testing::WithParamInterface<std::string> {
protected:
  void SetUp() override {
    environment_.push_back("TROUPE_CLAUDE_CODE_COMMAND=" + claude_program());
    stage_.emplace(join());
    names_["\"/work\""] = print_json(place_.path().string());
    me_.emplace(troupe({"mcp"}));
  }

  void TearDown() override {
    me_.reset();
    stage_.reset();
    daemon_test::TearDown();
  }

  static std::string claude_program() {
    const auto agent = agent_program();
    return agent.substr(0, agent.rfind('/')) + "/claude";
  }

  [[nodiscard]] std::string flag() const { return place_.path() / "flag"; }

  void enter(const std::string& who, const json& request) {
    const auto run = (*stage_)->must("spawn_run", request);
    names_[who] = run.value("run_id", "");
    if (who == "r_1")
      names_["\"s_1\""] = print_json(run["session_id"]);
  }

  void ask(const char* what) {
    enter(
      "r_1",
      {{"backend", "process"},
       {"prompt", "go"},
       {"cwd", place_.path().string()},
       {"backend_config",
        {{"command", {"/bin/sh", "-c", asks, what, marker_}}, {"stdin", "json"}}}});
    wait("attention");
  }

  void wait(const char* until) {
    (*stage_)->must("wait_runs", {{"run_ids", {names_["r_1"]}}, {"until", until}});
  }

  void work() {
    enter("r_1", agent({"until", flag()}));
    ASSERT_FALSE((*stage_)->event_of(names_["r_1"], "agent_message").is_null());
  }

  void happen(const std::string& text) {
    const auto who = text.substr(0, text.find(' '));
    const auto what = text.substr(who.size() + 1);
    if (what == "s go by")
      return pass(std::stoi(who));
    if (what == "asks")
      return ask(permission);
    if (what == "asks for a login")
      return ask(login);
    if (what == "works")
      return work();
    if (what == "ends") {
      std::ofstream(flag()) << "now";
      return wait("terminal");
    }
    if (what == "comes")
      return enter(who, agent({"wait"}));
    if (const auto it = names_.find(who); it != names_.end())
      (void)(*stage_)->call(
        "continue_run", {{"run_id", it->second}, {"input_message", "allow"}});
  }

  /// Until something is said, and a little longer than that if need be.
  void pass(int seconds) {
    pollfd said{me_->relay().out.fd(), POLLIN, 0};
    const auto most = std::chrono::seconds(seconds) + testing::deadline;
    EXPECT_EQ(
      poll(&said, 1, static_cast<int>(std::chrono::milliseconds(most).count())), 1);
  }

  [[nodiscard]] std::string here(std::string text) const {
    for (const auto& [name, value] : names_)
      replace_all(text, name, value);
    return text;
  }

  void expect(const json& wanted) {
    for (;;) {
      const auto it = std::ranges::find_if(
        heard_, [&](const json& got) { return is_meant(named(wanted), got); });
      if (it != heard_.end()) {
        EXPECT_EQ(bound_.difference(wanted, *it), "");
        expected_.push_back(*it);
        heard_.erase(it);
        return;
      }
      const auto line = me_->relay().out.line();
      ASSERT_TRUE(line) << "not answered: " << print_json(wanted) << log();
      heard_.push_back(json::parse(*line));
    }
  }

  [[nodiscard]] json named(const json& wanted) const {
    return json::parse(bound_.filled(print_json(wanted)));
  }

  /// Who begins to listen to the log is told once how a run is that says more, even if
  /// that has not changed: r_1 asked before anything was said.
  [[nodiscard]] bool is_known(const json& told) const {
    static const json::json_pointer run("/params/data/run_id");
    static const json::json_pointer status("/params/data/status");
    const auto r_1 = names_.find("r_1");
    return r_1 != names_.end() && told.value("method", "") == "notifications/message" &&
           told.value(run, "") == r_1->second &&
           told.value(status, "") == "input_required";
  }

  /// Of what was not awaited, all but what changes again or was so before.
  [[nodiscard]] std::vector<json> left() const {
    std::vector<json> all(heard_.begin(), heard_.end());
    std::erase_if(all, [&](const json& each) {
      return each.value("method", "") == "notifications/resources/list_changed" ||
             is_known(each) || std::ranges::find(expected_, each) != expected_.end();
    });
    return all;
  }

  void set_stage(const std::vector<test::transcript_line>& lines) {
    const auto first = std::ranges::find(
      lines, kind::happened, [](const auto& each) { return each.what; });
    const bool sets_it_itself =
      first != lines.end() &&
      (first->text == "r_1 works" || first->text.ends_with("login"));
    if (!sets_it_itself)
      ask(permission);
  }

  std::optional<connection> stage_;
  std::optional<connection> me_;
  std::map<std::string, std::string> names_;
  test::transcript_names bound_;
  std::deque<json> heard_;
  std::vector<json> expected_;
};

} // namespace

TEST_P(transcripts, AreWhatIsSaid) {
  const auto lines = test::read_transcript(GetParam());
  set_stage(lines);
  for (const auto& line : lines) {
    SCOPED_TRACE(GetParam() + ":" + std::to_string(line.number));
    if (line.what == kind::said)
      me_->relay().in.say(std::string_view(here(bound_.filled(line.text))));
    else if (line.what == kind::answered)
      expect(json::parse(here(line.text)));
    else
      happen(line.text);
    if (HasFatalFailure())
      break;
  }
  for (const auto& each : left())
    ADD_FAILURE() << "also said: " << print_json(each);
}

INSTANTIATE_TEST_SUITE_P(
  mcp,
  transcripts,
  ::testing::ValuesIn(test::transcript_files("mcp")),
  [](const auto& file) { return test::transcript_name(file.param); });

} // namespace troupe::e2e
