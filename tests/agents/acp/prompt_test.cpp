#include "acp/talk.hpp"

namespace troupe::agents::acp {
namespace {

json attached(std::string_view type) {
  return {
    {"type", "file"}, {"name", "a"}, {"mime_type", type}, {"bytes_base64", "AAAA"}};
}

/// What the agent is sent in its first turn, or why it is not.
json prompt_to(const json& capabilities, const json& part) {
  conversation c("acp", configured(json::object()));
  c.say(
    input_kind::turn,
    {{"text", "look"},
     {"parts", json::array({{{"type", "text"}, {"text", "look"}}, part})}});
  c.print(reply(0, able({{"promptCapabilities", capabilities}})));
  const auto out = c.print(reply(1, {{"sessionId", "s1"}}));
  if (out.ended)
    return out.ended->reason.detail;
  return sent(out)[0]["params"]["prompt"];
}

TEST(AcpPrompt, BringsAFileAsTheAgentTakesIt) {
  const auto image = prompt_to({{"image", true}}, attached("image/png"));
  const auto sound = prompt_to({{"audio", true}}, attached("audio/wav"));
  const auto other = prompt_to({{"embeddedContext", true}}, attached("text/csv"));

  EXPECT_EQ(image[0]["text"], "look\n\nAttached file: a (image/png)");
  EXPECT_EQ(
    print_json(image[1]), R"({"type":"image","mimeType":"image/png","data":"AAAA"})");
  EXPECT_EQ(
    print_json(sound[1]), R"({"type":"audio","mimeType":"audio/wav","data":"AAAA"})");
  EXPECT_EQ(
    print_json(other[1]),
    R"({"type":"resource","resource":{"uri":"attachment:///a","blob":"AAAA",)"
    R"("mimeType":"text/csv"}})");
}

TEST(AcpPrompt, LinksToWhatIsNamed) {
  const auto prompt =
    prompt_to(json::object(), {{"type", "file"}, {"uri", "/a.txt"}, {"name", "a"}});

  EXPECT_EQ(
    print_json(prompt[1]),
    R"({"type":"resource_link","uri":"file:///a.txt","name":"a"})");
}

TEST(AcpPrompt, IsRefusedInWordsByAnAgentThatDoesNotTakeIt) {
  const auto why = prompt_to(json::object(), attached("image/png"));

  ASSERT_TRUE(why.is_string());
  EXPECT_THAT(
    why.get<std::string>(),
    HasSubstr("parts[1]: this agent does not offer promptCapabilities.image"));
}

TEST_F(Acp, TellsAnImageAsAnArtifact) {
  open();
  const json picture{{"type", "image"}, {"data", "AAAA"}, {"mimeType", "image/png"}};
  const auto said = c_->print(update("agent_message_chunk", {{"content", picture}}));
  const json shown = json::array({{{"type", "content"}, {"content", picture}}});
  const auto done = c_->print(
    tool("tool_call", {{"kind", "read"}, {"status", "completed"}, {"content", shown}}));

  constexpr auto part =
    R"("parts":[{"type":"file","bytes_base64":"AAAA","mime_type":"image/png"}]})";
  EXPECT_THAT(told(said), ElementsAre(std::string("artifact_added {") + part));
  EXPECT_EQ(
    told(done).back(), std::string(R"(artifact_added {"tool_use_id":"t1",)") + part);
}

} // namespace
} // namespace troupe::agents::acp
