#include "protocol/messages.hpp"

#include <gtest/gtest.h>

namespace troupe {
namespace {

agent_message read(std::string_view text) {
  auto message = decode_text<agent_message>(text);
  EXPECT_TRUE(message) << text;
  return message.value_or(agent_message{});
}

std::string error_of(std::string_view text) {
  const auto message = decode_text<agent_message>(text);
  return message ? "no error" : message.error().message;
}

request_answer answer(std::string text) {
  auto read = answer_of(text_message(std::move(text)));
  EXPECT_TRUE(read);
  return read.value_or(request_answer{});
}

TEST(Message, IsReadFromAPlainString) {
  EXPECT_EQ(read(R"("do it")"), text_message("do it"));
}

TEST(Message, KeepsItsPartsOverTheRoundTrip) {
  const agent_message message{
    message_role::system,
    {{.type = part_type::text, .text = "a"},
     {.type = part_type::data, .data = raw_json{R"({"x":1})"}},
     {.type = part_type::file, .uri = "file:///x", .mime_type = "text/plain"},
     {.type = part_type::file, .bytes_base64 = "AA==", .name = "n"}}};
  EXPECT_EQ(read(encode_text(message)), message);
}

TEST(Message, NamesThePartThatDoesNotFit) {
  EXPECT_EQ(
    error_of(R"({"parts":[{"type":"text","text":"a"},{"type":"text"}]})"),
    "parts[1].text: required in a text part");
  EXPECT_EQ(
    error_of(R"({"parts":[{"type":"data"}]})"),
    "parts[0].data: required in a data part");
  EXPECT_EQ(
    error_of(R"({"parts":[{"type":"file","name":"x"}]})"),
    "parts[0].uri: a file part needs uri or bytes_base64");
  EXPECT_EQ(
    error_of(R"({"parts":[{"type":"image"}]})"),
    R"(parts[0].type: unknown value "image"; allowed are text, data, file)");
  EXPECT_EQ(
    error_of(R"({"parts":[{"type":"data","data":[1]}]})"),
    "parts[0].data: expected an object, got array");
  EXPECT_EQ(
    error_of(R"({"parts":[{"type":"text","txt":"a"}]})"),
    "parts[0].txt: unknown field; did you mean text?");
}

TEST(Message, SaysWhatIsWrongWithAFile) {
  const auto wrong = [](const json& more) {
    json part{{"type", "file"}, {"uri", "file:///a"}};
    part.update(more);
    return error_of(print_json({{"parts", json::array({part})}}));
  };

  EXPECT_EQ(wrong(json::object()), "no error");
  EXPECT_EQ(
    wrong({{"uri", "file:///a b"}}),
    "parts[0].uri: expected 1 to 4096 bytes without blanks");
  EXPECT_EQ(
    wrong({{"name", "a\nAttached file: b"}}),
    "parts[0].name: expected one line of 1 to 4096 bytes");
  EXPECT_EQ(
    wrong({{"mime_type", ""}}),
    "parts[0].mime_type: expected a type such as image/png");
  EXPECT_EQ(
    wrong({{"bytes_base64", "AB=="}}),
    "parts[0].bytes_base64: is no base64 (RFC 4648, with its padding)");
}

TEST(Message, TakesThreeMebibytesOfBase64InAll) {
  const auto with = [](std::size_t bytes) {
    const json half{{"type", "file"}, {"bytes_base64", std::string(bytes / 2, 'A')}};
    return error_of(print_json({{"parts", json::array({half, half})}}));
  };
  constexpr std::size_t most = std::size_t{3} * 1024 * 1024;

  EXPECT_EQ(with(most), "no error");
  EXPECT_EQ(
    with(most + 8),
    "parts: what is attached has 3145736 bytes as base64, of 3145728 at most; write it "
    "into a file and name that by uri");
}

TEST(Message, NeedsPartsAndNotTooMany) {
  EXPECT_EQ(error_of("{}"), "parts: required");
  EXPECT_EQ(error_of(R"({"parts":[]})"), "parts: needs 1 to 100 parts");
  json many{{"parts", json::array()}};
  for (int i = 0; i < 100; ++i)
    many["parts"].push_back({{"type", "text"}, {"text", "a"}});
  EXPECT_EQ(read(print_json(many)).parts.size(), 100u);
  many["parts"].push_back({{"type", "text"}, {"text", "a"}});
  EXPECT_EQ(error_of(print_json(many)), "parts: needs 1 to 100 parts");
}

TEST(Message, IsNothingButAStringOrAnObject) {
  EXPECT_EQ(error_of("[]"), "expected a string or a message with parts, got array");
  EXPECT_EQ(error_of("null"), "expected a string or a message with parts, got null");
}

TEST(Message, HasASchemaForBothForms) {
  const auto s = schema<agent_message>();
  ASSERT_EQ(s["anyOf"].size(), 2u);
  EXPECT_EQ(s["anyOf"][0]["type"], "string");
  EXPECT_EQ(s["anyOf"][1]["required"], json::array({"parts"}));
}

TEST(PromptText, JoinsAllPartsInOrder) {
  const agent_message message{
    message_role::user,
    {{.type = part_type::text, .text = "look\nhere"},
     {.type = part_type::data, .data = raw_json{R"({"x":1})"}},
     {.type = part_type::file,
      .uri = "file:///a.txt",
      .mime_type = "text/plain",
      .name = "a.txt"},
     {.type = part_type::file, .bytes_base64 = "AA=="}}};
  EXPECT_EQ(
    prompt_text(message),
    "look\nhere\n\n{\"x\":1}\n\nAttached file: a.txt (text/plain), file:///a.txt\n\n"
    "Attached file: unnamed");
}

TEST(TurnBody, HasItsPartsOnlyIfThereIsMoreThanText) {
  const auto file = read(R"({"parts":[{"type":"file","uri":"file:///a","name":"a"}]})");

  EXPECT_EQ(print_json(turn_body(text_message("go"))), R"({"text":"go"})");
  EXPECT_EQ(
    print_json(turn_body(file)),
    R"({"text":"Attached file: a, file:///a",)"
    R"("parts":[{"type":"file","uri":"file:///a","name":"a"}]})");
}

TEST(FilesIn, AreShownWithoutTheirBytes) {
  const auto message =
    read(R"({"parts":[{"type":"text","text":"a"},{"type":"file","bytes_base64":"AAA=",)"
         R"("mime_type":"image/png"},{"type":"file","uri":"file:///a"}]})");

  EXPECT_EQ(
    print_json(files_in(message)),
    R"([{"mime_type":"image/png","bytes":2},{"uri":"file:///a"}])");
  EXPECT_TRUE(files_in(text_message("a")).empty());
}

TEST(PromptText, OfNothingIsEmpty) {
  EXPECT_EQ(prompt_text({}), "");
}

TEST(DataOf, FindsTheFirstDataPart) {
  EXPECT_EQ(data_of(text_message("a")), nullptr);
  const auto message =
    read(R"({"parts":[{"type":"text","text":"a"},{"type":"data","data":{"n":1}},)"
         R"({"type":"data","data":{"n":2}}]})");
  ASSERT_NE(data_of(message), nullptr);
  EXPECT_EQ(data_of(message)->text, R"({"n":1})");
}

TEST(AnswerOf, ReadsADecisionFromPlainText) {
  EXPECT_EQ(answer("allow").decision, "allow");
  EXPECT_EQ(answer("allow_always").decision, "allow_always");
  EXPECT_EQ(answer("deny").decision, "deny");
  EXPECT_EQ(answer(" allow\n").decision, "allow");
  EXPECT_FALSE(answer("allow").message);
}

TEST(AnswerOf, ReadsTheReasonAfterADecision) {
  EXPECT_EQ(answer("deny: because\nof this").decision, "deny");
  EXPECT_EQ(answer("deny: because\nof this").message, "because of this");
  EXPECT_EQ(answer("allow_always: fine").decision, "allow_always");
  EXPECT_EQ(answer("deny:").message, "");
}

TEST(AnswerOf, TakesAnyOtherTextAsAnAnswerToAQuestion) {
  for (const auto* text :
       {"blue", "allowed", "deny it", "allow this: x", " two\nlines "}) {
    EXPECT_EQ(answer(text).decision, "answer") << text;
    EXPECT_EQ(answer(text).message, text);
  }
}

TEST(AnswerOf, PrefersADataPart) {
  const auto message =
    read(R"({"parts":[{"type":"text","text":"deny"},{"type":"data","data":)"
         R"({"request_id":"q1","decision":"allow","updated_input":{"a":1}}}]})");
  const auto got = answer_of(message);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->request_id, "q1");
  EXPECT_EQ(got->decision, "allow");
  EXPECT_EQ(got->updated_input, raw_json{R"({"a":1})"});
}

TEST(AnswerOf, SaysWhatIsWrongInADataPart) {
  const auto message =
    read(R"({"parts":[{"type":"data","data":{"decison":"allow"}}]})");
  const auto got = answer_of(message);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().message, "decision: required");
}

} // namespace
} // namespace troupe
