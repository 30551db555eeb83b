#include "tests/e2e/daemon.hpp"
#include "tests/store/scratch.hpp"

#include <gmock/gmock.h>

#include <csignal>

namespace troupe::e2e {

namespace {

using ::testing::HasSubstr;

/// Commands that tell a person.
class notify : public daemon_test, public ::testing::WithParamInterface<tier> {
protected:
  void SetUp() override { use(GetParam()); }

  [[nodiscard]] std::string file(const char* name) const {
    return (place_.path() / name).string();
  }

  [[nodiscard]] json told(const std::string& script) const {
    return {{"notify", {{"command", {"/bin/sh", "-c", script, marker_}}}}};
  }

  [[nodiscard]] json heard() const {
    json all = json::array();
    std::istringstream lines(store::slurp(file("heard")));
    for (std::string line; std::getline(lines, line);)
      all.push_back(json::parse(line));
    return all;
  }
};

} // namespace

TEST_P(notify, TellsOfAQuestionAndOfTheEnd) {
  auto me = join();
  auto more =
    told("cat >> " + file("heard") + "; echo $TROUPE_EVENT >> " + file("env"));
  more["backend_config"] = {{"stdin", "json"}};
  const auto id = spawn(*me, {"ask"}, more);
  ASSERT_TRUE(eventually([&] { return heard().size() == 1; })) << log();
  EXPECT_EQ(heard()[0]["status"], "input_required");
  EXPECT_EQ(heard()[0]["pending"][0]["title"], "May I?");
  me->must(
    "continue_run",
    {{"run_id", id},
     {"input_message",
      {{"role", "user"},
       {"parts", json::array({{{"type", "text"}, {"text", "yes"}}})}}}});
  me->ended({id});

  ASSERT_TRUE(eventually([&] { return heard().size() == 2; })) << log();
  EXPECT_EQ(heard()[1]["event"], "end");
  EXPECT_EQ(heard()[1]["final_response"], "yes");
  EXPECT_TRUE(
    eventually([&] { return store::slurp(file("env")) == "attention\nend\n"; }));
}

TEST_P(notify, LeavesNothingOfACommandThatLeavesChildren) {
  auto me = join();
  const auto id = spawn(
    *me,
    {"answer", "1"},
    told("(setsid sleep 600 &) ; sleep 600 & cat > " + file("heard")));
  me->ended({id});
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(file("heard")); }));

  const auto sleeps = [&] {
    auto found = processes();
    std::erase_if(found, [](pid_t pid) {
      const auto line = store::slurp("/proc/" + std::to_string(pid) + "/cmdline");
      return line.find("sleep") == std::string::npos;
    });
    return found;
  };
  EXPECT_TRUE(eventually([&] { return sleeps().empty(); })) << described(sleeps());
}

TEST_P(notify, IsRepeatedByTheNextSupervisorAndThenDone) {
  auto me = join();
  const auto id = spawn(
    *me,
    {"answer", "1"},
    told(
      "cat >> " + file("heard") + "; test -e " + file("again") + " || { touch " +
      file("again") + "; sleep 600; }"));
  me->ended({id});
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(file("again")); }));
  const auto old = supervisor();
  ASSERT_TRUE(signal_one(old, SIGKILL));

  ASSERT_TRUE(eventually([&] { return heard().size() == 2; })) << log();
  EXPECT_EQ(heard()[0], heard()[1]);
  const auto notices = place_.state() + "/runs/" + id + "/notices";
  EXPECT_TRUE(eventually([&] {
    for (const auto& each : std::filesystem::directory_iterator(notices))
      if (std::filesystem::exists(each.path() / "notice.json"))
        return false;
    return true;
  }));
}

TEST_P(notify, ThatFailsHarmsNoRun) {
  auto me = join();
  auto more = told("true");
  more["notify"]["command"] = {"/nowhere/bell"};
  const auto id = spawn(*me, {"answer", "1"}, more);
  EXPECT_EQ(me->ended({id})[id]["status"], "completed");
}

INSTANTIATE_TEST_SUITE_P(
  Tier, notify, ::testing::Values(tier::cgroup, tier::subtree), tier_name);

} // namespace troupe::e2e
