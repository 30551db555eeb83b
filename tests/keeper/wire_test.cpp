#include "keeper/wire.hpp"

#include <gtest/gtest.h>

namespace troupe::keeper {
namespace {

const attempt_key key{"r_1", 2};
const timestamp noon{1'790'000'000'123};

spawned_report spawned() {
  spawned_report r;
  r.key = key;
  r.pid = 4711;
  r.root_pid = 4710;
  r.proof = tier::cgroup;
  r.processes_limited = true;
  return r;
}

exited_report exited() {
  exited_report r;
  r.key = key;
  r.code = 42;
  r.tree_empty = true;
  r.user_ms = 5;
  r.system_ms = 6;
  r.peak_memory_mb = 77;
  r.oom = "proved";
  r.forks_refused = 8;
  r.at = noon;
  return r;
}

std::vector<order> every_order() {
  return {
    spawn_order{key, {"a", "b c"}, {"X=\"1\"\n"}, "/", "/d", true, 512, 64},
    write_order{key, 9, "{\"k\":\"\\u00e9 é\"}"},
    close_order{key},
    kill_order{key, kill_scope::tree, 9},
    freeze_order{key, false},
    list_order{3},
    forget_order{key},
    ready_order{"1.2"},
    quit_order{"told so"},
    pong_order{8},
    sample_order{key}};
}

std::vector<report> every_report() {
  return {
    spawned(),
    exited(),
    gone_report{key, tier::cgroup, noon},
    kept_report{
      4,
      {{spawned(), exited(), gone_report{key, tier::subtree, noon}, 12},
       {spawned(), {}, {}, 0}}},
    unwritten_report{key, 3, "full"},
    closed_report{key},
    stop_report{"SIGTERM"},
    ping_report{6},
    sampled_report{key, {5, 6, 7, 8, 9, false}},
    will_report{{"/bin/troupe", "keeper"}, 022, 1024, 4096, noon},
    dismiss_report{"an upgrade"}};
}

std::string reason(std::string_view line) {
  const auto got = read_order(line);
  return got ? "accepted" : got.error().message;
}

TEST(Wire, EveryOrderComesBackAsItWasWithItsEpoch) {
  const auto all = every_order();
  ASSERT_EQ(all.size(), std::variant_size_v<order>);

  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto text = print(all[i], 7);
    const auto back = read_order(text);

    ASSERT_TRUE(back) << text << ": " << back.error().message;
    EXPECT_EQ(back->what.index(), i);
    EXPECT_EQ(back->epoch, 7U);
    EXPECT_EQ(print(back->what, 7), text);
    EXPECT_EQ(text.find('\n'), std::string::npos);
  }
}

TEST(Wire, EveryReportComesBackAsItWas) {
  const auto all = every_report();
  ASSERT_EQ(all.size(), std::variant_size_v<report>);

  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto text = print(all[i]);
    const auto back = read_report(text);

    ASSERT_TRUE(back) << text << ": " << back.error().message;
    EXPECT_EQ(back->index(), i);
    EXPECT_EQ(print(*back), text);
  }
}

TEST(Wire, AnOrderIsOneFlatObjectThatBeginsWithItsVerb) {
  EXPECT_EQ(
    print(close_order{key}, 3),
    R"({"verb":"close","epoch":3,"key":{"run_id":"r_1","attempt":2}})");
}

TEST(Wire, AFieldSurvivesWithItsValue) {
  const auto back = read_order(print(every_order()[0], 1));

  const auto& spawn = std::get<spawn_order>(back->what);
  EXPECT_EQ(spawn.key, key);
  EXPECT_EQ(spawn.env.at(0), "X=\"1\"\n");
  EXPECT_EQ(spawn.memory_mb, 512U);
  EXPECT_EQ(spawn.processes, 64U);
}

TEST(Wire, RefusesALineThatIsNotJson) {
  EXPECT_EQ(reason("{\"verb\":"), "not valid JSON");
  EXPECT_EQ(reason(""), "not valid JSON");
}

TEST(Wire, RefusesAnUnknownVerbAndNamesTheNearest) {
  EXPECT_EQ(
    reason(R"({"verb":"spwn","epoch":1})"),
    R"(verb: unknown value "spwn"; did you mean spawn?)");
}

TEST(Wire, RefusesAnOrderWithoutEpochOrVerb) {
  EXPECT_EQ(reason(R"({"verb":"list"})"), "epoch: required");
  EXPECT_EQ(reason(R"({"epoch":1})"), "verb: required");
  EXPECT_EQ(reason("[]"), "expected an object, got array");
}

TEST(Wire, RefusesABodyThatDoesNotFitAndNamesThePath) {
  EXPECT_EQ(
    reason(R"({"verb":"close","epoch":1,"key":{"run_id":"r"}})"),
    "close: key.attempt: required");
  EXPECT_EQ(
    reason(
      R"({"verb":"kill","epoch":1,"key":{"run_id":"r","attempt":1},"scope":"all"})"),
    R"(kill: scope: unknown value "all"; allowed are main, tree)");
}

TEST(Wire, AReportIsNoOrder) {
  EXPECT_EQ(reason(print(ping_report{1})), "epoch: required");
  EXPECT_FALSE(read_report(print(order(list_order{1}), 1)));
}

} // namespace
} // namespace troupe::keeper
