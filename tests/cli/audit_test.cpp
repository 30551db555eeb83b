#include "cli/audit_command.hpp"

#include <gmock/gmock.h>

namespace troupe::cli {
namespace {

using ::testing::HasSubstr;

constexpr const char* asked =
  R"(2026-11-27T22:00:00.123+00:00 info call {"what":"get_run","client":3,"client_name":"codex","outcome":"ok","took_ms":12,"input":"{\"run_id\":\"r_1\"}","output":"{}"})";
constexpr const char* failed =
  R"(2026-11-27T22:00:01.000+00:00 info call {"what":"resources/read","client":4,"client_name":"x","run_id":"r_9","outcome":"error","took_ms":1,"input":"{}","output":"no such run"})";

TEST(Audit, ShowsARequestOnALine) {
  const auto line = audit_line(asked, {});

  EXPECT_EQ(
    line,
    "2026-11-27T22:00:00.123+00:00  get_run  ok  12 ms  codex/3 (person)  "
    "{\"run_id\":\"r_1\"}\n");
}

TEST(Audit, SaysWhoseRequestFailedAndWhy) {
  EXPECT_THAT(audit_line(failed, {}), HasSubstr("(r_9)"));
  EXPECT_THAT(audit_line(failed, {}), HasSubstr("-> no such run"));
}

TEST(Audit, ShowsWhatIsWantedAlone) {
  audit_options wanted;
  wanted.outcome = "error";
  EXPECT_EQ(audit_line(asked, wanted), "");
  EXPECT_NE(audit_line(failed, wanted), "");
  wanted.what = "get_run";
  EXPECT_EQ(audit_line(failed, wanted), "");
}

TEST(Audit, PassesOverOtherLines) {
  for (const auto* line :
       {"",
        "2026-11-27T22:00:00.123+00:00 info supervisor started epoch=1",
        "2026-11-27T22:00:00.123+00:00 info call {broken",
        "2026-11-27T22:00:00.123+00:00 info call {}"})
    EXPECT_EQ(audit_line(line, {}), "") << line;
}

TEST(Audit, GivesTheEntryAsJson) {
  audit_options wanted;
  wanted.as_json = true;

  const auto entry = json::parse(audit_line(asked, wanted));

  EXPECT_EQ(entry["at"], "2026-11-27T22:00:00.123+00:00");
  EXPECT_EQ(entry["took_ms"], 12);
}

} // namespace
} // namespace troupe::cli
