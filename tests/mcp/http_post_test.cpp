#include "mcp/http_post.hpp"

#include "mcp/http_frames.hpp"

#include <gmock/gmock.h>

namespace troupe::mcp {
namespace {

constexpr const char* modern_meta =
  R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
  R"("io.modelcontextprotocol/clientCapabilities":{}})";

std::string modern_body(const std::string& method, const std::string& params = {}) {
  return R"({"jsonrpc":"2.0","id":7,"method":")" + method + R"(","params":{)" + params +
         (params.empty() ? "" : ",") + modern_meta + "}}";
}

http_request post_of(std::string body, std::map<std::string, std::string> fields = {}) {
  http_request r{
    .head = {.method = "POST", .target = "/mcp", .fields = {}}, .body = {}};
  r.body = std::move(body);
  for (auto& [name, value] : fields)
    r.head.fields.emplace_back(name, value);
  return r;
}

/// `400 -32600 id`, `modern 7`, `legacy 1,2 begins batch`.
std::string told(const http_post& post) {
  if (const auto* refused = std::get_if<http_answer>(&post)) {
    const auto body = json::parse(refused->body);
    return std::to_string(refused->status) + " " +
           std::to_string(body.at("error").at("code").get<int>()) + " " +
           body.at("id").dump();
  }
  if (const auto* one = std::get_if<modern_post>(&post))
    return "modern " + one->id;
  const auto& legacy = std::get<legacy_post>(post);
  std::string text = "legacy";
  for (const auto& id : legacy.ids)
    text += " " + id;
  return text + (legacy.begins ? " begins" : "") + (legacy.batch ? " batch" : "");
}

std::string
read(const std::string& body, std::map<std::string, std::string> fields = {}) {
  return told(read_post(post_of(body, std::move(fields))));
}

TEST(HttpPost, RepeatsTheArgumentsThatItsToolWantsInHeaders) {
  tool t{.info = {.name = "t"}, .input_schema = {}, .output_schema = {}};
  t.input_schema = json::parse(
    R"({"properties":{"region":{"type":"string","x-mcp-header":"Region"},"in":)"
    R"({"properties":{"level":{"type":"integer","x-mcp-header":"Level"}}}}})");
  const auto mirrored = mirrors_of({&t});
  const auto call =
    [&](const std::string& arguments, std::map<std::string, std::string> fields) {
      fields.insert(
        {{"mcp-protocol-version", "2026-07-28"},
         {"mcp-method", "tools/call"},
         {"mcp-name", "t"}});
      const auto body =
        modern_body("tools/call", R"("name":"t","arguments":)" + arguments);
      return told(read_post(post_of(body, std::move(fields)), mirrored));
    };

  EXPECT_EQ(call("{}", {}), "modern 7");
  EXPECT_EQ(call(R"({"region":null})", {}), "modern 7");
  EXPECT_EQ(call(R"({"region":"eu"})", {{"mcp-param-region", "eu"}}), "modern 7");
  EXPECT_EQ(
    call(R"({"region":"eu"})", {{"mcp-param-region", "=?base64?ZXU=?="}}), "modern 7");
  EXPECT_EQ(call(R"({"in":{"level":3}})", {{"mcp-param-level", "3.0"}}), "modern 7");
  EXPECT_EQ(call(R"({"region":"eu"})", {}), "400 -32020 7");
  EXPECT_EQ(call(R"({"region":"eu"})", {{"mcp-param-region", "us"}}), "400 -32020 7");
  EXPECT_EQ(call(R"({"in":{"level":3}})", {{"mcp-param-level", "4"}}), "400 -32020 7");
}

TEST(HttpPost, OfASessionIsToldByItsBody) {
  EXPECT_EQ(
    read(R"({"jsonrpc":"2.0","id":"a","method":"initialize","params":{}})"),
    "legacy \"a\" begins");
  EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":1,"method":"tools/list"})"), "legacy 1");
  EXPECT_EQ(
    read(R"({"jsonrpc":"2.0","method":"notifications/initialized"})"), "legacy");
  EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":1,"result":{}})"), "legacy");
  EXPECT_EQ(
    read(R"([{"jsonrpc":"2.0","id":1,"method":"ping"},)"
         R"({"jsonrpc":"2.0","method":"n"},{"jsonrpc":"2.0","id":2,"method":"ping"}])"),
    "legacy 1 2 batch");
}

TEST(HttpPost, ThatIsNoMessageIsRefused) {
  EXPECT_EQ(read("{"), "400 -32700 null");
  EXPECT_EQ(read(""), "400 -32700 null");
  EXPECT_EQ(read("1"), "400 -32600 null");
  EXPECT_EQ(read("[]"), "400 -32600 null");
  EXPECT_EQ(read(R"([1])"), "400 -32600 null");
  EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":5,"method":1})"), "400 -32600 5");
  EXPECT_EQ(read(R"({"jsonrpc":"2.0","id":null,"method":"x"})"), "400 -32600 null");
}

TEST(HttpPost, NestedAMillionDeepIsRefused) {
  EXPECT_EQ(read(std::string(1'000'000, '[')), "400 -32700 null");
  const std::string deep = R"({"jsonrpc":"2.0","id":1,"method":"x","params":)" +
                           std::string(1'000'000, '[') + std::string(1'000'000, ']') +
                           "}";
  EXPECT_EQ(read(deep), "400 -32700 null");
}

TEST(HttpPost, OfTheModernEraIsToldByItsEnvelope) {
  const std::map<std::string, std::string> fields{
    {"mcp-protocol-version", "2026-07-28"}, {"mcp-method", "tools/list"}};

  EXPECT_EQ(read(modern_body("tools/list"), fields), "modern 7");
}

TEST(HttpPost, WithAnEnvelopeNeedsHeadersThatSayTheSame) {
  struct row {
    std::string method;
    std::string params;
    std::map<std::string, std::string> fields;
    std::string want;
  };
  const std::string name = R"("name":"spawn_run")";
  const std::vector<row> table{
    {"tools/list", "", {}, "400 -32020 7"},
    {"tools/list", "", {{"mcp-protocol-version", "2025-11-25"}}, "400 -32020 7"},
    {"tools/list", "", {{"mcp-protocol-version", "2026-07-28"}}, "400 -32020 7"},
    {"tools/list",
     "",
     {{"mcp-protocol-version", "2026-07-28"}, {"mcp-method", "TOOLS/LIST"}},
     "400 -32020 7"},
    {"tools/call",
     name,
     {{"mcp-protocol-version", "2026-07-28"}, {"mcp-method", "tools/call"}},
     "400 -32020 7"},
    {"tools/call",
     name,
     {{"mcp-protocol-version", "2026-07-28"},
      {"mcp-method", "tools/call"},
      {"mcp-name", "cancel_run"}},
     "400 -32020 7"},
    {"tools/call",
     name,
     {{"mcp-protocol-version", "2026-07-28"},
      {"mcp-method", "tools/call"},
      {"mcp-name", "spawn_run"}},
     "modern 7"},
    {"tools/call",
     name,
     {{"mcp-protocol-version", "2026-07-28"},
      {"mcp-method", "tools/call"},
      {"mcp-name", "=?base64?c3Bhd25fcnVu?="}},
     "modern 7"},
    {"tools/call",
     name,
     {{"mcp-protocol-version", "2026-07-28"},
      {"mcp-method", "tools/call"},
      {"mcp-name", "=?base64?c3Bhd25fcnV?="}},
     "400 -32020 7"},
    {"tasks/get",
     R"("taskId":"t1")",
     {{"mcp-protocol-version", "2026-07-28"},
      {"mcp-method", "tasks/get"},
      {"mcp-name", "t2"}},
     "400 -32020 7"},
    {"resources/read",
     R"("uri":"troupe://runs")",
     {{"mcp-protocol-version", "2026-07-28"},
      {"mcp-method", "resources/read"},
      {"mcp-name", "troupe://runs"}},
     "modern 7"},
  };
  for (const auto& [method, params, fields, want] : table)
    EXPECT_EQ(read(modern_body(method, params), fields), want) << method;
}

TEST(HttpPost, OfAnUnknownRevisionIsLeftToTheDialogueIfItsHeadersAgree) {
  const std::string body = R"({"jsonrpc":"2.0","id":7,"method":"x","params":{"_meta":{)"
                           R"("io.modelcontextprotocol/protocolVersion":"v999.0.0",)"
                           R"("io.modelcontextprotocol/clientCapabilities":{}}}})";

  EXPECT_EQ(read(body, {{"mcp-protocol-version", "2026-07-28"}}), "400 -32020 7");
  EXPECT_EQ(read(body, {{"mcp-protocol-version", "v999.0.0"}}), "modern 7");
}

TEST(HttpPost, WithABrokenEnvelopeIsRefusedBeforeItsHeadersAreLookedAt) {
  const auto body = [](const std::string& meta) {
    return R"({"jsonrpc":"2.0","id":7,"method":"x","params":{"_meta":{)" + meta + "}}}";
  };

  EXPECT_EQ(
    read(body(R"("io.modelcontextprotocol/protocolVersion":1)")), "400 -32602 7");
  EXPECT_EQ(
    read(body(R"("io.modelcontextprotocol/protocolVersion":"2026-07-28")")),
    "400 -32602 7");
  EXPECT_EQ(
    read(
      R"({"jsonrpc":"2.0","id":7,"method":"server/discover"})",
      {{"mcp-protocol-version", "2026-07-28"}}),
    "400 -32602 7");
}

TEST(HttpPost, HasNoModernBatchesAndNoAnswerToModernNotifications) {
  EXPECT_EQ(read("[" + modern_body("tools/list") + "]"), "400 -32600 null");
  EXPECT_EQ(
    read(
      R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{}})",
      {{"mcp-protocol-version", "2026-07-28"}}),
    "modern ");
}

TEST(HttpPost, IsToldWhichVersionsASessionCanHave) {
  const auto version = [](const char* text) {
    const auto wrong =
      wrong_version(post_of("", {{"mcp-protocol-version", text}}).head);
    return wrong ? wrong->status : 0;
  };

  EXPECT_FALSE(wrong_version(post_of("").head));
  EXPECT_EQ(version("2025-03-26"), 0);
  EXPECT_EQ(version("2025-11-25"), 0);
  EXPECT_EQ(version("2026-07-28"), 400);
  EXPECT_EQ(version("yesterday"), 400);
}

TEST(HttpPost, MapsErrorsOfTheModernEraToStatuses) {
  const std::map<int, int> table{
    {0, 200},
    {-32700, 400},
    {-32600, 400},
    {-32601, 404},
    {-32602, 200},
    {-32603, 200},
    {-32020, 400},
    {-32021, 400},
    {-32022, 400},
  };
  for (const auto& [code, status] : table)
    EXPECT_EQ(modern_status(code), status) << code;
}

TEST(HttpFrames, TellAnswersFromMessages) {
  using kind = outgoing::kind;
  const auto what = [](const char* line) { return look_at(line).what; };

  EXPECT_EQ(what(R"({"jsonrpc":"2.0","id":1,"result":{"method":1}})"), kind::answer);
  EXPECT_EQ(what(R"({"jsonrpc":"2.0","id":"\"method\":","result":1})"), kind::answer);
  EXPECT_EQ(what(R"([{"jsonrpc":"2.0","id":1,"result":{}}])"), kind::answer);
  EXPECT_EQ(
    what(R"({"jsonrpc":"2.0","method":"n","params":{"result":1}})"), kind::message);
  EXPECT_EQ(what(R"({"params":{"result":1,"error":{}},"method":"n"})"), kind::message);
  EXPECT_EQ(what("retry: 500"), kind::pause);
  EXPECT_EQ(look_at("retry: 500").retry_ms, 500);
  EXPECT_EQ(
    look_at(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"m"}})").code,
    -32601);
}

TEST(HttpFrames, ReadTheirOwnPlaces) {
  EXPECT_EQ(read_event_place("3-17"), (event_place{3, 17}));
  EXPECT_EQ(read_event_place(print_place({0, 1})), (event_place{0, 1}));
  for (const auto* text :
       {"", "3", "-", "3-", "-1", "a-1", "3-1x", "99999999999999999999-1"})
    EXPECT_FALSE(read_event_place(text)) << text;
}

TEST(HttpFrames, DecodeMirrorsStrictly) {
  EXPECT_EQ(read_mirror("plain"), "plain");
  EXPECT_EQ(read_mirror("=?base64?SGVsbG8=?="), "Hello");
  EXPECT_EQ(read_mirror("=?base64?w6Q=?="), "ä");
  EXPECT_EQ(
    read_mirror("=?base64?"
                "?="),
    "");
  EXPECT_EQ(read_mirror("=?base64?SGVsbG8="), "=?base64?SGVsbG8=");
  EXPECT_EQ(read_mirror("SGVsbG8=?="), "SGVsbG8=?=");
  for (const auto* text :
       {"=?base64?SGVsbG8?=",
        "=?base64?SGVs*G8=?=",
        "=?base64?SGVsbG9=?=",
        "=?base64?====?=",
        "=?base64?SG=sbG8=?="})
    EXPECT_FALSE(read_mirror(text)) << text;
}

} // namespace
} // namespace troupe::mcp
