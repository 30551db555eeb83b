#include "store/configuration.hpp"

#include "scratch.hpp"

#include "protocol/json.hpp"

#include <gmock/gmock.h>

namespace troupe::store {
namespace {

class Configuration : public testing::Test {
protected:
  scratch dir_;

  result<configuration> read(std::string_view text) {
    write(dir_ / "troupe.yml", text);
    return read_configuration(dir_ / "troupe.yml");
  }

  /// The message behind the name of the file.
  std::string fault(std::string_view text) {
    const auto settings = read(text);
    const auto prefix = (dir_ / "troupe.yml").string() + ":";
    if (settings || !settings.error().message.starts_with(prefix))
      return "does not name the file";
    return settings.error().message.substr(prefix.size());
  }
};

TEST_F(Configuration, IsAllDefaultsWithoutAFileOrAnythingInIt) {
  const auto defaults = encode_text(configuration{});
  EXPECT_EQ(encode_text(*read_configuration(dir_ / "none.yml")), defaults);
  for (const auto* text : {"", "\n", "# only a comment\n", "---\n", "{}\n"})
    EXPECT_EQ(encode_text(*read(text)), defaults) << text;
}

TEST_F(Configuration, ReadsEveryKindOfSetting) {
  const auto settings = read(R"yaml(
backends:
  fast:
    type: claude_code
    command: [claude, "--model", 'haiku']
    env: { PORT: "8080" }
    limits: { idle_s: 60 }
    restart: { type: permanent, max_restarts: 9, on: { hung: fail } }
    permissions: { allow: ["Bash(git *)"] }
limits: { live_runs: 0x10 }
toolsets: [runs, tasks]
idle_exit_s: 0
retention: { days: 7, max_gb: 5 }
http:
  address: 127.0.0.1:7777
  origins: ["https://example.com"]
)yaml");
  ASSERT_TRUE(settings) << settings.error().message;
  const auto& fast = settings->backends.at("fast");
  EXPECT_EQ(fast.type, "claude_code");
  EXPECT_THAT(fast.command, testing::ElementsAre("claude", "--model", "haiku"));
  EXPECT_EQ(fast.env.at("PORT"), "8080");
  EXPECT_EQ(fast.limits->idle_s, 60u);
  EXPECT_EQ(fast.restart->type, restart_type::permanent);
  EXPECT_EQ(fast.restart->max_restarts, 9u);
  EXPECT_EQ(fast.restart->on.at(exit_kind::hung), exit_override::fail);
  EXPECT_THAT(fast.permissions->allow, testing::ElementsAre("Bash(git *)"));
  EXPECT_EQ(settings->limits.live_runs, 16u);
  EXPECT_THAT(settings->toolsets, testing::ElementsAre("runs", "tasks"));
  EXPECT_EQ(settings->idle_exit_s, 0u);
  EXPECT_EQ(settings->retention.days, 7u);
  EXPECT_EQ(settings->retention.max_gb, 5u);
  EXPECT_EQ(settings->http.address, "127.0.0.1:7777");
  EXPECT_THAT(settings->http.origins, testing::ElementsAre("https://example.com"));
  EXPECT_TRUE(settings->http.token);
}

TEST_F(Configuration, NamesTheExitReasonWhoseRuleCannotBeReplaced) {
  const auto on = [](const std::string& rule) {
    return "backends:\n  x:\n    type: process\n    restart:\n      on:\n        " +
           rule + "\n";
  };
  EXPECT_EQ(
    fault(on("cancelled: restart")),
    "6: backends.x.restart.on.cancelled: cannot be changed: a stop by order is final");
  EXPECT_EQ(
    fault(on("hang: fail")),
    "6: backends.x.restart.on.hang: unknown field; did you mean hung?");
  EXPECT_EQ(
    fault(on("hung: parc")),
    "6: backends.x.restart.on.hung: unknown value \"parc\"; did you mean park?");
}

TEST_F(Configuration, NamesFileLinePathAndTheNearestKey) {
  EXPECT_EQ(
    fault("limits:\n  live_run: 3\n"),
    "2: limits.live_run: unknown field; did you mean live_runs?");
  EXPECT_EQ(
    fault("idle_exit_s: 3\nbackends:\n  x:\n    command: [a]\n"),
    "3: backends.x.type: required");
  EXPECT_EQ(
    fault("backends:\n  x:\n    type: process\n    restart: {type: alway}\n"),
    "4: backends.x.restart.type: unknown value \"alway\"; allowed are permanent, "
    "transient, temporary");
  EXPECT_EQ(
    fault("toolsets:\n  - runs\n  - 7\n"),
    "3: toolsets[1]: expected a string, got number; put it in quotes");
  EXPECT_EQ(
    fault("retention: {days: -1}\n"), "1: retention.days: integer out of range");
  EXPECT_EQ(fault("[1, 2]\n"), "1: expected an object, got array");
}

TEST_F(Configuration, NamesTheLineOfWhatIsNoYaml) {
  EXPECT_THAT(fault("limits:\n  a: [\n"), testing::MatchesRegex("[0-9]+: .+"));
}

TEST_F(Configuration, MayBeReachedThroughALinkButIsNeverADirectory) {
  write(dir_ / "real.yml", "idle_exit_s: 5\n");
  std::filesystem::create_symlink(dir_ / "real.yml", dir_ / "link.yml");
  EXPECT_EQ(read_configuration(dir_ / "link.yml")->idle_exit_s, 5u);
  EXPECT_EQ(read_configuration(dir_.path()).error().code, errc::conflict);
}

} // namespace
} // namespace troupe::store
