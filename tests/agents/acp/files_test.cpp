#include "acp/talk.hpp"
#include "agents/acp/files.hpp"
#include "agents/acp/permissions.hpp"
#include "agents/acp/tool_calls.hpp"

namespace troupe::agents::acp {
namespace {

class AcpFiles : public Acp {
protected:
  step read(json params) {
    return c_->print(request(5, "fs/read_text_file", std::move(params)));
  }
  step write(std::string_view path, std::string_view text) {
    return c_->print(
      request(6, "fs/write_text_file", {{"path", path}, {"content", text}}));
  }
  step came(const file_answer& what) { return c_->say(input_kind::file, encode(what)); }
};

TEST_F(AcpFiles, AreAskedOfTheHostAndAnswered) {
  open();

  const auto asked = read({{"path", "/srv/a"}});
  const auto out = came({.text = "all of it", .error = {}});

  EXPECT_THAT(asked.lines, IsEmpty());
  EXPECT_THAT(asked.files, ElementsAre(file_request{"/srv/a", {}}));
  EXPECT_EQ(sent(out)[0]["id"], 5);
  EXPECT_EQ(sent(out)[0]["result"]["content"], "all of it");
}

TEST_F(AcpFiles, AreReadFromALineOn) {
  const std::string text = "one\ntwo\nthree";
  for (const auto& [params, part] : std::vector<std::pair<json, std::string>>{
         {{{"line", 2}, {"limit", 1}}, "two\n"},
         {{{"line", 3}}, "three"},
         {{{"limit", 2}}, "one\ntwo\n"},
         {{{"line", 9}}, ""},
         {{{"limit", 0}}, ""},
         {{{"line", nullptr}, {"limit", nullptr}}, text}}) {
    open();
    auto asked = params;
    asked["path"] = "/srv/a";
    read(asked);

    const auto out = came({.text = text, .error = {}});

    EXPECT_EQ(sent(out)[0]["result"]["content"], part) << params;
  }
}

TEST_F(AcpFiles, ThatAreNotThereAreAnError) {
  open();
  read({{"path", "/srv/a"}});

  const auto out = came({.text = {}, .error = {}, .missing = true});

  EXPECT_EQ(sent(out)[0]["error"]["code"], -32002);
}

TEST_F(AcpFiles, ThatAreNotThereAreEmptyForGemini) {
  open(configured(json::object()), able(json::object(), "gemini-cli"));
  read({{"path", "/srv/a"}});

  const auto out = came({.text = {}, .error = {}, .missing = true});

  EXPECT_EQ(sent(out)[0]["result"]["content"], "");
}

TEST_F(AcpFiles, ThatAreWrittenAreToldOnce) {
  open();
  c_->print(tool("tool_call", {{"kind", "edit"}, {"status", "in_progress"}}));

  const auto asked = write("/srv/a", "text");
  const auto out = came({.text = {}, .error = {}, .created = true});
  const json diff{{"type", "diff"}, {"path", "/srv/a"}, {"newText", "text"}};
  const auto done = c_->print(tool(
    "tool_call_update", {{"status", "completed"}, {"content", json::array({diff})}}));

  EXPECT_THAT(asked.files, ElementsAre(file_request{"/srv/a", "text"}));
  EXPECT_EQ(sent(out)[0]["result"], json::object());
  EXPECT_THAT(
    told(out), ElementsAre(R"(file_changed {"path":"/srv/a","change":"create"})"));
  EXPECT_THAT(told(done), ElementsAre(HasSubstr("tool_finished")));
}

TEST_F(AcpFiles, ThatAreRefusedSayWhy) {
  open();
  read({{"path", "/etc/passwd"}});

  const auto out = came({.text = {}, .error = "/etc/passwd is not inside /work"});

  EXPECT_THAT(std::string(sent(out)[0]["error"]["message"]), HasSubstr("not inside"));
  EXPECT_THAT(told(out), ElementsAre(HasSubstr("file_refused")));
}

TEST_F(AcpFiles, ThatThePolicyDeniesAreNotAskedFor) {
  open(permitting({.allow = {}, .deny = {"Edit(/srv/a)", "Read(/srv/b)"}}));

  EXPECT_THAT(write("/srv/a", "text").files, IsEmpty());
  EXPECT_THAT(read({{"path", "/srv/b"}}).files, IsEmpty());
}

TEST_F(AcpFiles, AreBoundedInNumber) {
  open();
  for (int i = 0; i < 64; ++i)
    read({{"path", "/srv/a"}});

  const auto out = read({{"path", "/srv/a"}});

  EXPECT_THAT(out.files, IsEmpty());
  EXPECT_THAT(sent(out)[0]["error"]["message"], "too many files are asked for at once");
}

TEST(AcpFilesOfAnAttempt, AreBoundedInSizeAltogether) {
  const auto nothing_of_it =
    request(5, "fs/read_text_file", {{"path", "/srv/a"}, {"limit", 0}});
  const permissions permitted({});
  tool_calls calls;
  files asked;
  step out;
  for (int i = 0; i < 64; ++i) {
    asked.request("fs/read_text_file", nothing_of_it, permitted, out);
    asked.answer({.text = std::string(1024 * 1024, 'x'), .error = {}}, calls, out);
  }

  step last;
  asked.request("fs/read_text_file", nothing_of_it, permitted, last);

  EXPECT_EQ(out.files.size(), 64u);
  EXPECT_THAT(last.files, IsEmpty());
  EXPECT_THAT(std::string(sent(last)[0]["error"]["message"]), HasSubstr("64 MiB"));
}

TEST_F(AcpFiles, AreNotServedToAConfinedRun) {
  auto plan = configured(json::object());
  plan.serves_files = false;
  open(plan);

  const auto out = read({{"path", "/srv/a"}});

  EXPECT_THAT(out.files, IsEmpty());
  EXPECT_EQ(sent(out)[0]["error"]["code"], -32601);
}

} // namespace
} // namespace troupe::agents::acp
