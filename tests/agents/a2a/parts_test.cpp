#include "a2a/talk.hpp"

namespace troupe::agents::a2a {
namespace {

TEST_F(A2a, SaysEveryPartInTheWordsOfItsVersion) {
  const json said{
    {"text", "look"},
    {"parts",
     json::array(
       {{{"type", "text"}, {"text", "look"}},
        {{"type", "data"}, {"data", {{"n", 1}}}},
        {{"type", "file"},
         {"name", "a.png"},
         {"mime_type", "image/png"},
         {"bytes_base64", "AAAA"}},
        {{"type", "file"}, {"uri", "https://x.test/a"}}})}};
  const auto parts_in = [&](const char* version) {
    c_ = std::make_unique<conversation>("remote_a2a", fresh());
    c_->say(input_kind::turn, said);
    return print_json(params(c_->print(reply(1, card(version))))["message"]["parts"]);
  };

  EXPECT_EQ(
    parts_in("1.0"),
    R"([{"text":"look"},{"data":{"n":1}},)"
    R"({"raw":"AAAA","mediaType":"image/png","filename":"a.png"},)"
    R"({"url":"https://x.test/a"}])");
  EXPECT_EQ(
    parts_in("0.3"),
    R"([{"kind":"text","text":"look"},{"kind":"data","data":{"n":1}},)"
    R"({"kind":"file","file":{"bytes":"AAAA","mimeType":"image/png","name":"a.png"}},)"
    R"({"kind":"file","file":{"uri":"https://x.test/a"}}])");
}

TEST_F(A2a, SaysTheFilesOfThePromptAgainWhereItWasNotSent) {
  c_ = std::make_unique<conversation>(
    "remote_a2a", resumed({{"key", "k"}, {"unsaid", true}}));
  c_->say(
    input_kind::turn,
    {{"text", "you were interrupted"},
     {"notice", true},
     {"prompt", "look"},
     {"prompt_parts", json::array({{{"type", "file"}, {"uri", "u"}}})}});
  const auto out = c_->print(reply(1, card()));

  EXPECT_EQ(print_json(params(out)["message"]["parts"]), R"([{"url":"u"}])");
}

} // namespace
} // namespace troupe::agents::a2a
