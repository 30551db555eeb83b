#include "protocol/jsonrpc.hpp"

#include <gtest/gtest.h>

namespace troupe::jsonrpc {
namespace {

struct rejected_line {
  std::string_view line;
  int code;
  std::string_view text;
  json id;
};

TEST(JsonRpc, RejectsWhatIsNoMessageAndEchoesTheIdItCouldRead) {
  const rejected_line rows[] = {
    {"", parse_error, "parse error: not valid JSON", nullptr},
    {"{", parse_error, "parse error: not valid JSON", nullptr},
    {"3", invalid_request, "a message is a JSON object", nullptr},
    {R"([{"jsonrpc":"2.0","method":"a"}])",
     invalid_request,
     "a message is a JSON object",
     nullptr},
    {"[]", invalid_request, "a message is a JSON object", nullptr},
    {R"({"id":1,"method":"a"})", invalid_request, "jsonrpc must be \"2.0\"", 1},
    {R"({"jsonrpc":"1.0","id":"x","method":"a"})",
     invalid_request,
     "jsonrpc must be \"2.0\"",
     "x"},
    {R"({"jsonrpc":2.0,"method":"a"})",
     invalid_request,
     "jsonrpc must be \"2.0\"",
     nullptr},
    {R"({"jsonrpc":"2.0","id":1,"method":7})",
     invalid_request,
     "method must be a string",
     1},
    {R"({"jsonrpc":"2.0","id":null,"method":"a"})",
     invalid_request,
     "id must be a string or an integer",
     nullptr},
    {R"({"jsonrpc":"2.0","id":1.5,"method":"a"})",
     invalid_request,
     "id must be a string or an integer",
     nullptr},
    {R"({"jsonrpc":"2.0","id":true,"method":"a"})",
     invalid_request,
     "id must be a string or an integer",
     nullptr},
    {R"({"jsonrpc":"2.0","id":{},"method":"a"})",
     invalid_request,
     "id must be a string or an integer",
     nullptr},
    {R"({"jsonrpc":"2.0","id":1,"method":"a","params":[1]})",
     invalid_request,
     "params must be an object",
     1},
    {R"({"jsonrpc":"2.0","method":"a","params":null})",
     invalid_request,
     "params must be an object",
     nullptr},
    {R"({"jsonrpc":"2.0"})",
     invalid_request,
     "a response needs the id of its request",
     nullptr},
    {R"({"jsonrpc":"2.0","id":null,"result":1})",
     invalid_request,
     "a response needs the id of its request",
     nullptr},
    {R"({"jsonrpc":"2.0","id":4})",
     invalid_request,
     "a response has either result or error",
     4},
    {R"({"jsonrpc":"2.0","id":4,"result":1,"error":{}})",
     invalid_request,
     "a response has either result or error",
     4},
  };
  for (const auto& row : rows) {
    const auto got = read_line(row.line);
    ASSERT_FALSE(got) << row.line;
    EXPECT_EQ(got.error().code, row.code) << row.line;
    EXPECT_EQ(got.error().text, row.text) << row.line;
    EXPECT_EQ(got.error().id, row.id) << row.line;
  }
}

TEST(JsonRpc, ReadsARequestAndKeepsItsIdByType) {
  for (const json& id :
       {json(1), json(-1), json(0), json("1"), json(""), json(18446744073709551615u)}) {
    const auto got = read(request(id, "tools/call", {{"name", "x"}}));
    ASSERT_TRUE(got);
    EXPECT_EQ(got->what, kind::request);
    EXPECT_EQ(got->id, id);
    EXPECT_EQ(got->id.type(), id.type());
    EXPECT_EQ(got->method, "tools/call");
    EXPECT_EQ(got->params, (json{{"name", "x"}}));
  }
}

TEST(JsonRpc, ReadsANotification) {
  const auto got = read_line(R"({"jsonrpc":"2.0","method":"notifications/x"})");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->what, kind::notification);
  EXPECT_TRUE(got->id.is_null());
  EXPECT_EQ(got->params, json::object());
}

TEST(JsonRpc, ReadsAResponse) {
  const auto good = read(success("a", {{"x", 1}}));
  ASSERT_TRUE(good);
  EXPECT_EQ(good->what, kind::response);
  EXPECT_EQ(good->id, "a");
  EXPECT_EQ(good->outcome, (json{{"x", 1}}));
  EXPECT_TRUE(good->failure.is_null());
  const auto bad = read(failure(7, method_not_found, "no such method"));
  ASSERT_TRUE(bad);
  EXPECT_EQ(bad->id, 7);
  EXPECT_TRUE(bad->outcome.is_null());
  EXPECT_EQ(bad->failure["code"], -32601);
  EXPECT_EQ(bad->failure["message"], "no such method");
}

TEST(JsonRpc, ReadsAnEmptyResult) {
  const auto got = read_line(R"({"jsonrpc":"2.0","id":1,"result":null})");
  ASSERT_TRUE(got);
  EXPECT_EQ(got->what, kind::response);
}

TEST(JsonRpc, PrintsMessagesAsTheStandardWantsThem) {
  EXPECT_EQ(
    print_json(success(1, json::object())), R"({"jsonrpc":"2.0","id":1,"result":{}})");
  EXPECT_EQ(
    print_json(success(1, json::array())), R"({"jsonrpc":"2.0","id":1,"result":[]})");
  EXPECT_EQ(
    print_json(failure("1", -32602, "bad")),
    R"({"jsonrpc":"2.0","id":"1","error":{"code":-32602,"message":"bad"}})");
  EXPECT_EQ(
    print_json(notification("n", {{"a", 1}})),
    R"({"jsonrpc":"2.0","method":"n","params":{"a":1}})");
  EXPECT_EQ(
    print_json(request(2, "m", json::object())),
    R"({"jsonrpc":"2.0","id":2,"method":"m","params":{}})");
}

TEST(JsonRpc, PrintsASuccessFromTextAsFromAValue) {
  for (const auto& id : {json(7), json("a \"b\""), json(nullptr)})
    EXPECT_EQ(success_text(id, R"({"a":[1]})"), print_json(success(id, {{"a", {1}}})));
}

TEST(JsonRpc, AnswersARejectionWithTheIdThatWasRead) {
  const auto got = read_line(R"({"id":"q","method":"a"})");
  ASSERT_FALSE(got);
  EXPECT_EQ(
    print_json(failure(got.error())),
    R"({"jsonrpc":"2.0","id":"q","error":{"code":-32600,)"
    R"("message":"jsonrpc must be \"2.0\""}})");
}

} // namespace
} // namespace troupe::jsonrpc
