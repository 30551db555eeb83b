#include "cli/registration.hpp"

#include "protocol/json.hpp"

#include <gtest/gtest.h>

namespace troupe::cli {

namespace {

using enum client_program;

registration on_stdio() {
  registration what;
  what.name = "troupe";
  what.argv = {"/bin/troupe", "mcp", "--toolsets", "all"};
  return what;
}

registration over_http() {
  registration what;
  what.name = "troupe";
  what.http = {"http://127.0.0.1:7777/mcp", "Bearer secret-token"};
  return what;
}

std::string
text_with(client_program in, const std::string& text, const registration& what) {
  const auto now = entered(in, text, what);
  EXPECT_TRUE(now) << now.error().message;
  return now.value_or("");
}

json entry_in(client_program in, const registration& what) {
  return json::parse(text_with(in, "", what)).at("mcpServers").at("troupe");
}

} // namespace

TEST(Registration, IsAProgramThatTheClientStarts) {
  EXPECT_EQ(entry_in(claude, on_stdio()), json::parse(R"({"type":"stdio",
    "command":"/bin/troupe","args":["mcp","--toolsets","all"]})"));
  EXPECT_EQ(entry_in(gemini, on_stdio()), json::parse(R"({
    "command":"/bin/troupe","args":["mcp","--toolsets","all"]})"));
  EXPECT_EQ(
    text_with(codex, "", on_stdio()),
    "[mcp_servers.troupe]\ncommand = \"/bin/troupe\"\n"
    "args = [\"mcp\", \"--toolsets\", \"all\"]\n");
}

TEST(Registration, IsAUrlWithItsToken) {
  EXPECT_EQ(entry_in(claude, over_http()), json::parse(R"({"type":"http",
    "url":"http://127.0.0.1:7777/mcp","headers":{"Authorization":"Bearer secret-token"}})"));
  EXPECT_EQ(entry_in(gemini, over_http()), json::parse(R"({
    "httpUrl":"http://127.0.0.1:7777/mcp","headers":{"Authorization":"Bearer secret-token"}})"));
  EXPECT_EQ(
    text_with(codex, "", over_http()),
    "[mcp_servers.troupe]\nurl = \"http://127.0.0.1:7777/mcp\"\n"
    "http_headers = { Authorization = \"Bearer secret-token\" }\n");
}

TEST(Registration, NamesTheTokenOnlyWhereOthersRead) {
  auto what = over_http();
  what.token_variable = "TOKEN";
  for (const auto in : {claude, codex, gemini}) {
    const auto text = text_with(in, "", what);
    EXPECT_EQ(text.find("secret"), std::string::npos) << text;
    EXPECT_NE(
      text.find(in == codex ? "bearer_token_env_var = \"TOKEN\"" : "Bearer ${TOKEN}"),
      std::string::npos)
      << text;
  }
}

TEST(Registration, OfADoorThatIsOpenToAllHasNoHeader) {
  auto what = over_http();
  what.http->authorization.reset();
  for (const auto in : {claude, codex, gemini})
    EXPECT_EQ(text_with(in, "", what).find("eader"), std::string::npos);
}

TEST(Registration, ChangesFromOneKindToTheOtherAndKeepsWhatAPersonAdded) {
  const auto before = json::parse(R"({"mcpServers":{"troupe":{"type":"stdio",
    "command":"old","args":[],"env":{"A":"1"},"timeout":9}}})");
  const auto changed = json::parse(text_with(claude, before.dump(), on_stdio()));
  const auto& entry = changed["mcpServers"]["troupe"];
  EXPECT_EQ(entry["command"], "/bin/troupe");
  EXPECT_EQ(entry["env"]["A"], "1");
  EXPECT_EQ(entry["timeout"], 9);

  const auto moved = json::parse(text_with(claude, changed.dump(), over_http()));
  const auto& url = moved["mcpServers"]["troupe"];
  EXPECT_FALSE(url.contains("command") || url.contains("args") || url.contains("env"));
  EXPECT_EQ(url["type"], "http");
  EXPECT_EQ(url["timeout"], 9);

  auto toml = text_with(codex, "", on_stdio()) + "startup_timeout_sec = 20\n";
  toml = text_with(codex, toml, over_http());
  EXPECT_EQ(toml.find("command"), std::string::npos) << toml;
  EXPECT_NE(toml.find("startup_timeout_sec = 20\n"), std::string::npos) << toml;
}

TEST(Registration, SaidTwiceIsSaidOnce) {
  for (const auto in : {claude, codex, gemini})
    for (const auto& what : {on_stdio(), over_http()}) {
      const auto once = text_with(in, "", what);
      EXPECT_EQ(text_with(in, once, what), once);
    }
}

TEST(Registration, IsTakenOutAgain) {
  const std::string settings = "{\n  \"a\": 1\n}\n";
  for (const auto& [in, before] : std::vector<std::pair<client_program, std::string>>{
         {claude, settings}, {gemini, "// mine\n" + settings}, {codex, "a = 1\n"}}) {
    const auto text = text_with(in, before, on_stdio());
    EXPECT_EQ(withdrawn(in, text, "troupe").value_or(""), before);
    EXPECT_EQ(withdrawn(in, text, "other").value_or(""), text);
  }
  EXPECT_TRUE(
    says_nothing(*withdrawn(claude, text_with(claude, "", on_stdio()), "troupe")));
  EXPECT_FALSE(says_nothing("{\"a\": 1}"));
}

TEST(Registration, IsRefusedByABrokenFile) {
  for (const auto in : {claude, codex, gemini}) {
    EXPECT_FALSE(entered(in, "{ \"a\": ", on_stdio()));
    EXPECT_FALSE(withdrawn(in, "{ \"a\": ", "troupe"));
  }
  EXPECT_FALSE(entered(claude, "// no comments here\n{}", on_stdio()));
}

TEST(Difference, ShowsWhatChangesWithWhatIsAroundIt) {
  EXPECT_EQ(
    difference("/f", "a\nb\nc\nd\ne\nf\n", "a\nb\nc\nd\nX\nY\nf\n", ""),
    "--- /f\n+++ /f\n@@ -2,5 +2,6 @@\n b\n c\n d\n-e\n+X\n+Y\n f\n");
  EXPECT_EQ(
    difference("/f", {}, "a\nkey\n", "key"),
    "--- /dev/null\n+++ /f\n@@ -0,0 +1,2 @@\n+a\n+…\n");
  EXPECT_EQ(
    difference("/f", "a\n", {}, ""), "--- /f\n+++ /dev/null\n@@ -1,1 +0,0 @@\n-a\n");
}

} // namespace troupe::cli
