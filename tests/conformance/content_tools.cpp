#include "tests/conformance/fixture.hpp"

/// Tools that answer with content of every kind, tell how far they are, or what they
/// do.
namespace troupe::conformance {

namespace {

using namespace std::chrono_literals;

const json no_arguments = {{"type", "object"}, {"additionalProperties", false}};

constexpr const char* schema_2020_12 = R"json(
{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
"$defs":{"address":{"$anchor":"addressDef","type":"object",
"properties":{"street":{"type":"string"},"city":{"type":"string"}}}},
"properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},
"contactMethod":{"type":"string","enum":["phone","email"]},
"phone":{"type":"string"},"email":{"type":"string"}},
"allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],
"if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},
"then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false}
)json";

json image() {
  return {{"type", "image"}, {"data", png}, {"mimeType", "image/png"}};
}

json embedded(const char* uri, const char* mime_type, const char* text) {
  return {
    {"type", "resource"},
    {"resource", {{"uri", uri}, {"mimeType", mime_type}, {"text", text}}}};
}

void simple_text(const playing& p, const json&) {
  p.text("This is a simple text response for testing.");
}

void image_content(const playing& p, const json&) {
  p.reply(content(json::array({image()})));
}

void audio_content(const playing& p, const json&) {
  p.reply(content(
    json::array({{{"type", "audio"}, {"data", wav}, {"mimeType", "audio/wav"}}})));
}

void embedded_resource(const playing& p, const json&) {
  p.reply(content(json::array({embedded(
    "test://embedded-resource",
    "text/plain",
    "This is an embedded resource content.")})));
}

void several_contents(const playing& p, const json&) {
  p.reply(content(json::array(
    {text_block("Multiple content types test:"),
     image(),
     embedded(
       "test://mixed-content-resource",
       "application/json",
       R"({"test":"data","value":123})")})));
}

void with_logging(const playing& p, const json&) {
  p.log("Tool execution started");
  p.later(50ms, [p] { p.log("Tool processing data"); });
  p.later(100ms, [p] {
    p.log("Tool execution completed");
    p.text("Tool with logging executed successfully");
  });
}

void with_error(const playing& p, const json&) {
  p.reply(mcp::complaint{"This tool intentionally returns an error for testing"});
}

void with_progress(const playing& p, const json&) {
  p.progress(0, 100);
  p.later(50ms, [p] { p.progress(50, 100); });
  p.later(100ms, [p] {
    p.progress(100, 100);
    p.text("done");
  });
}

void reconnection(const playing& p, const json&) {
  p.close_stream(500ms);
  p.later(200ms, [p] { p.text("Reconnection test completed"); });
}

void header_echo(const playing& p, const json& arguments) {
  p.text("region=" + arguments.value("region", ""));
}

void tool_change(const playing& p, const json&) {
  p.by->change(mcp::changing_list::tools);
  p.text("tools changed");
}

void prompt_change(const playing& p, const json&) {
  p.by->change(mcp::changing_list::prompts);
  p.text("prompts changed");
}

void logging_tool(const playing& p, const json&) {
  p.log("called");
  p.text("logged");
}

} // namespace

void add_content_tools(std::vector<fixture_tool>& all) {
  const auto add = [&](const char* name, const char* does, auto play, json schema) {
    all.push_back({{{.name = name, .description = does}, std::move(schema), {}}, play});
  };
  add("test_simple_text", "Answers with text.", simple_text, no_arguments);
  add("test_image_content", "Answers with an image.", image_content, no_arguments);
  add("test_audio_content", "Answers with sound.", audio_content, no_arguments);
  add(
    "test_embedded_resource",
    "Answers with a resource.",
    embedded_resource,
    no_arguments);
  add(
    "test_multiple_content_types",
    "Answers with several contents.",
    several_contents,
    no_arguments);
  add("test_tool_with_logging", "Logs what it does.", with_logging, no_arguments);
  add("test_error_handling", "Always fails.", with_error, no_arguments);
  add("test_tool_with_progress", "Tells progress.", with_progress, no_arguments);
  add("test_reconnection", "Closes its stream.", reconnection, no_arguments);
  add(
    "json_schema_2020_12_tool",
    "Has a schema of many keywords.",
    simple_text,
    json::parse(schema_2020_12));
  add(
    "test_x_mcp_header",
    "Has an argument that is mirrored in a header.",
    header_echo,
    object_of(
      {{"region", {{"type", "string"}, {"x-mcp-header", "Region"}}},
       {"level", {{"type", "integer"}, {"x-mcp-header", "Level"}}}}));
  add("test_trigger_tool_change", "Changes tools.", tool_change, no_arguments);
  add("test_trigger_prompt_change", "Changes prompts.", prompt_change, no_arguments);
  add("test_logging_tool", "Logs if asked to.", logging_tool, no_arguments);
}

} // namespace troupe::conformance
