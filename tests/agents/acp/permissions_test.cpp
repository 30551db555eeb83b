#include "acp/talk.hpp"

namespace troupe::agents::acp {
namespace {

class AcpPermissions : public Acp {
protected:
  step answer(std::string_view decision) {
    return c_->answer({.request_id = {}, .decision = std::string(decision)});
  }
};

TEST_F(AcpPermissions, AsksAndWaits) {
  open();

  const auto out = c_->print(leave("id-1", command("make all")));

  EXPECT_THAT(out.lines, IsEmpty());
  ASSERT_EQ((*c_)->pending().size(), 1u);
  const auto& request = (*c_)->pending()[0];
  EXPECT_EQ(request.request_id, "id-1");
  EXPECT_EQ(request.title, "Bash: make all");
  EXPECT_THAT(request.options, ElementsAre("allow", "allow_always", "deny"));
  EXPECT_THAT(told(out)[0], HasSubstr("command_started"));
  EXPECT_THAT(told(out)[1], HasSubstr("input_required"));
}

TEST_F(AcpPermissions, AnswersByTheKindOfAnOption) {
  for (const auto& [decision, option] :
       std::vector<std::pair<std::string, std::string>>{
         {"allow", "o-once"},
         {"allow_always", "o-always"},
         {"deny", "o-no"},
         {"o-always", "o-always"},
         {"whatever", "o-no"}}) {
    open();
    c_->print(leave(0, command("make")));

    const auto out = answer(decision);

    EXPECT_EQ(chosen(out), option) << decision;
    EXPECT_EQ(sent(out)[0]["id"], 0);
    EXPECT_THAT((*c_)->pending(), IsEmpty());
  }
}

TEST_F(AcpPermissions, NeverAllowsMoreThanWasSaid) {
  const json always_only =
    json::array({{{"optionId", "a"}, {"name", "A"}, {"kind", "allow_always"}}});
  open();
  c_->print(leave(0, command("make"), always_only));
  const auto shown = (*c_)->pending()[0].options;

  const auto out = answer("allow");

  EXPECT_THAT(shown, ElementsAre("allow_always", "deny"));
  EXPECT_EQ(chosen(out), "cancelled");
  EXPECT_THAT(told(out), ElementsAre(HasSubstr(R"("decision":"deny")")));
}

TEST_F(AcpPermissions, DeniesWhatWasToBeChanged) {
  open();
  c_->print(leave(0, command("make")));

  const auto out = c_->answer(
    {.request_id = {}, .decision = "allow", .message = {}, .updated_input = {{"{}"}}});

  EXPECT_EQ(chosen(out), "o-no");
  EXPECT_THAT(told(out)[0], HasSubstr("updated_input_refused"));
}

TEST_F(AcpPermissions, LetsThePolicySettle) {
  open(permitting({.allow = {"Bash(make *)"}, .deny = {"Bash(make clean)"}}));

  const auto allowed = c_->print(leave(0, command("make all")));
  const auto denied = c_->print(leave(1, command("make clean")));
  const auto asked = c_->print(leave(2, command("rm x")));

  EXPECT_EQ(chosen(allowed), "o-once");
  EXPECT_THAT(told(allowed), Contains(HasSubstr(R"("role":"policy")")));
  EXPECT_EQ(chosen(denied), "o-no");
  EXPECT_EQ(chosen(asked), "nothing");
}

TEST_F(AcpPermissions, AllowsNoPatternWhereOnlyATitleIsTold) {
  const json call{{"toolCallId", "t1"}, {"kind", "execute"}, {"title", "git status"}};
  open(permitting({.allow = {"Bash(git *)"}, .deny = {"Bash(git push*)"}}));
  const auto asked = c_->print(leave(0, call));
  auto push = call;
  push["title"] = "git push";
  const auto denied = c_->print(leave(1, push));

  EXPECT_EQ(chosen(asked), "nothing");
  EXPECT_EQ(chosen(denied), "o-no");

  open(permitting({.allow = {"Bash"}, .deny = {}}));

  EXPECT_EQ(chosen(c_->print(leave(0, call))), "o-once");
}

TEST_F(AcpPermissions, WantsEveryFileAllowed) {
  const json call{
    {"toolCallId", "t1"},
    {"kind", "edit"},
    {"title", "Edit two"},
    {"locations", json::array({{{"path", "/srv/a"}}, {{"path", "/etc/b"}}})}};
  open(permitting({.allow = {"Edit(/srv/**)"}, .deny = {}}));

  EXPECT_EQ(chosen(c_->print(leave(0, call))), "nothing");

  open(permitting({.allow = {"Edit(/srv/**)"}, .deny = {"Edit(/etc/**)"}}));

  EXPECT_EQ(chosen(c_->print(leave(0, call))), "o-no");
}

TEST_F(AcpPermissions, DeniesByTheKindOfAToolWithANameOfItsOwn) {
  const json call{
    {"toolCallId", "t1"},
    {"kind", "edit"},
    {"rawInput", {{"file_path", "/srv/a"}}},
    {"_meta", {{"claudeCode", {{"toolName", "Write"}}}}}};
  open(permitting({.allow = {"Write"}, .deny = {"Edit"}}));

  EXPECT_EQ(chosen(c_->print(leave(0, call))), "o-no");
}

TEST_F(AcpPermissions, ForgetsWhatIsWithdrawn) {
  open();
  c_->print(leave("id-1", command("make")));

  const auto out =
    c_->print({{"method", "$/cancel_request"}, {"params", {{"requestId", "id-1"}}}});

  EXPECT_THAT((*c_)->pending(), IsEmpty());
  EXPECT_EQ(sent(out)[0]["error"]["code"], -32800);
  EXPECT_THAT(told(out), ElementsAre(HasSubstr("request_withdrawn")));
}

TEST_F(AcpPermissions, ToldApartByTheirIds) {
  open();
  c_->print(leave(1, command("one")));
  c_->print(leave(2, command("two")));

  const auto out = c_->answer({.request_id = "2", .decision = "allow"});

  EXPECT_EQ(sent(out)[0]["id"], 2);
  ASSERT_EQ((*c_)->pending().size(), 1u);
  EXPECT_EQ((*c_)->pending()[0].request_id, "1");
}

TEST_F(AcpPermissions, SaysWhyATurnEndedThatWasDenied) {
  open();
  c_->print(leave(0, command("make")));
  answer("deny");

  const auto end = finish("cancelled");

  EXPECT_THAT(end.ended->reason.detail, HasSubstr("permission was denied"));
}

} // namespace
} // namespace troupe::agents::acp
