#include "cli/toml_page.hpp"

#include <gtest/gtest.h>

namespace troupe::cli {

namespace {

const toml_page::path ours{"mcp_servers", "troupe"};

toml_page page_of(const std::string& text) {
  auto page = toml_page::read(text);
  EXPECT_TRUE(page) << text << ": " << (page ? "" : page.error().message);
  return page ? std::move(*page) : *toml_page::read("");
}

std::string with(const std::string& text) {
  auto page = page_of(text);
  EXPECT_TRUE(page.set(ours, "command", "/t"));
  EXPECT_TRUE(page.set(ours, "args", json::array({"mcp", "a\"b"})));
  return page.text();
}

std::string without(const std::string& text) {
  auto page = page_of(text);
  EXPECT_TRUE(page.erase(ours));
  return page.text();
}

const std::string table = "[mcp_servers.troupe]\n"
                          "command = \"/t\"\n"
                          "args = [\"mcp\", \"a\\\"b\"]\n";

/// All kinds of statements there are.
const std::string others = R"(# mine
model = "gpt-5.5"   # beside
'quoted key' = 'C:\no\escape'
a.b . "c d" = 1_000
when = 1979-05-27 07:32:00Z
far = 0xdead_beef
odd = [ "]", # a comment with ]
  '''[mcp_servers.troupe]
''', { x = { y = [] } },
]
text = """
[mcp_servers.troupe]
quote \""" and ""two"""""

[ features ]
plugins = false

[mcp_servers."other one"]
command = "x"

[[profiles]]
name = 'a'
[mcp_servers.x.env]
A = "1"
)";

} // namespace

TEST(TomlPage, AddsATableAtTheEndAndLeavesTheRest) {
  EXPECT_EQ(with(""), table);
  EXPECT_EQ(with(others), others + "\n" + table);
  EXPECT_EQ(with("a = 1"), "a = 1\n\n" + table);
}

TEST(TomlPage, TakesAwayWhatItAddedAndNothingElse) {
  EXPECT_EQ(without(table), "");
  EXPECT_EQ(without(others + "\n" + table), others);
  EXPECT_EQ(without(others), others);
}

TEST(TomlPage, TakesAwayATableFromBetweenOthers) {
  EXPECT_EQ(
    without(
      "[a]\nx = 1\n\n" + table +
      "\n[mcp_servers.troupe.tools.wait_runs]\nmode = \"approve\"\n\n# of b\n[b]\n"),
    "[a]\nx = 1\n\n# of b\n[b]\n");
}

TEST(TomlPage, LeavesWhatSaysSoAlready) {
  const auto whole = others + "\n" + table + "\n[after]\nx = 1\n";
  EXPECT_EQ(with(whole), whole);
}

TEST(TomlPage, ChangesOnlyWhatDiffers) {
  EXPECT_EQ(
    with("[mcp_servers.troupe] # ours\ncommand = 'old' # program\nenabled = true\n\n"
         "[b]\n"),
    "[mcp_servers.troupe] # ours\ncommand = \"/t\" # program\nenabled = true\n"
    "args = [\"mcp\", \"a\\\"b\"]\n\n[b]\n");
}

TEST(TomlPage, PutsAnObjectIntoTheTableOfThatNameIfThereIsOne) {
  const json env{{"A", "2"}};
  auto inlined = page_of(table);
  ASSERT_TRUE(inlined.set(ours, "env", env));
  EXPECT_EQ(inlined.text(), table + "env = { A = \"2\" }\n");
  auto apart = page_of(table + "[mcp_servers.troupe.env]\nA = \"1\"\nB = \"3\"\n");
  ASSERT_TRUE(apart.set(ours, "env", env));
  EXPECT_EQ(apart.text(), table + "[mcp_servers.troupe.env]\nA = \"2\"\nB = \"3\"\n");
  auto dots = page_of("[mcp_servers.troupe]\nenv.A = \"1\"\nenv.B = \"3\"\n");
  ASSERT_TRUE(dots.set(ours, "env", env));
  EXPECT_EQ(dots.text(), "[mcp_servers.troupe]\nenv = { A = \"2\" }\n");
}

TEST(TomlPage, TakesAwayOneValueHoweverItIsWritten) {
  for (const auto* text :
       {"[mcp_servers.troupe]\nx = 1\nurl = 'u'\n",
        "[mcp_servers.troupe]\nurl.a = 'u'\nx = 1\nurl.b = ''\n",
        "[mcp_servers.troupe]\nx = 1\n\n[mcp_servers.troupe.url]\na = 1\n"}) {
    auto page = page_of(text);
    page.erase(ours, "url");
    EXPECT_EQ(page.text().substr(0, 27), "[mcp_servers.troupe]\nx = 1\n") << text;
    EXPECT_EQ(page.text().find("url"), std::string::npos) << page.text();
  }
}

TEST(TomlPage, RefusesATableThatIsWrittenOtherwise) {
  for (const auto* text :
       {"mcp_servers = {}\n",
        "mcp_servers.troupe.command = 'x'\n",
        "[mcp_servers]\ntroupe = { command = 'x' }\n",
        "[mcp_servers]\ntroupe.command = 'x'\n",
        "[[mcp_servers]]\nx = 1\n",
        "[mcp_servers.troupe]\n[mcp_servers.troupe]\n"}) {
    auto page = page_of(text);
    const auto put = page.set(ours, "command", "/t");
    EXPECT_FALSE(put) << text;
    EXPECT_FALSE(page.erase(ours)) << text;
    EXPECT_EQ(page.text(), text);
  }
  const std::string beside = "[mcp_servers]\nother.command = 'x'\n";
  EXPECT_EQ(with(beside), beside + "\n" + table);
}

TEST(TomlPage, SaysInWhichLineItIsBroken) {
  struct fault {
    const char* text;
    const char* why;
  };
  for (const auto& each : std::vector<fault>{
         {"a = 1\nb = \"x\n", "line 2: a string does not end"},
         {"a = \"\"\"\n\n", "line 1: a string does not end"},
         {"a\n", "line 1: a = is missing after the key"},
         {"\n\n= 1", "line 3: a key is missing, or has a character it may not have"},
         {"[a\nb = 1", "line 1: a table's name does not end"},
         {"[a] b = 1", "line 1: something follows where the line should end"},
         {"a = 1 2", "line 1: something follows where the line should end"},
         {"a = [1, 2", "line 1: a , or ] is missing"},
         {"a = {b}", "line 1: a = is missing in an inline table"},
         {"a =", "line 1: a value is missing"},
         {"{\"mcpServers\": {}}",
          "line 1: a key is missing, or has a character it may not have"},
         {"a = yes",
          "line 1: a value is neither string, number, truth, time, array nor table"}}) {
    const auto page = toml_page::read(each.text);
    ASSERT_FALSE(page) << each.text;
    EXPECT_EQ(page.error().message, each.why) << each.text;
  }
  EXPECT_FALSE(toml_page::read("a = " + std::string(100'000, '[')));
}

} // namespace troupe::cli
