#include "tests/conformance/fixture.hpp"

#include "mcp/uri_template.hpp"

/// Resources and prompts of the fixture.
namespace troupe::conformance {

namespace {

constexpr std::string_view data_template = "test://template/{id}/data";

json listed(const char* uri, const char* name, const char* mime_type) {
  return {{"uri", uri}, {"name", name}, {"mimeType", mime_type}};
}

json said(json block) {
  return {{"role", "user"}, {"content", std::move(block)}};
}

mcp::result_fields contents(const std::string& uri, json one) {
  one["uri"] = uri;
  return {{{"contents", json::array({std::move(one)})}}};
}

std::string given(const mcp::prompt_get& get, const char* name) {
  const auto it = get.arguments.find(name);
  return it == get.arguments.end() ? "" : it->second;
}

} // namespace

json listed_resources() {
  return json::array(
    {listed("test://static-text", "static-text", "text/plain"),
     listed("test://static-binary", "static-binary", "image/png"),
     listed("test://watched-resource", "watched-resource", "text/plain")});
}

const std::vector<mcp::resource_template>& templates() {
  static const std::vector<mcp::resource_template> all{
    {data_template, "data", "", "Data by id.", "application/json"}};
  return all;
}

mcp::settlement read(const std::string& uri) {
  if (uri == "test://static-text")
    return contents(
      uri,
      {{"mimeType", "text/plain"},
       {"text", "This is the content of the static text resource."}});
  if (uri == "test://static-binary")
    return contents(uri, {{"mimeType", "image/png"}, {"blob", png}});
  if (uri == "test://watched-resource")
    return contents(uri, {{"mimeType", "text/plain"}, {"text", "Watch me."}});
  if (const auto found = mcp::match(data_template, uri)) {
    const auto& id = found->at("id");
    const json shown{
      {"id", id}, {"templateTest", true}, {"data", "Data for ID: " + id}};
    return contents(
      uri, {{"mimeType", "application/json"}, {"text", print_json(shown)}});
  }
  return mcp::no_such_resource(uri, "Resource not found: " + uri);
}

const std::vector<mcp::prompt>& prompts() {
  static const std::vector<mcp::prompt> all{
    {"test_simple_prompt", "", "Says one thing.", {}},
    {"test_prompt_with_arguments",
     "",
     "Says its arguments.",
     {{"arg1", "The first.", true}, {"arg2", "The second.", true}}},
    {"test_prompt_with_embedded_resource",
     "",
     "Takes a resource along.",
     {{"resourceUri", "Which resource.", true}}},
    {"test_prompt_with_image", "", "Takes an image along.", {}},
    {"test_input_required_result_prompt", "", "Asks before it says anything.", {}},
  };
  return all;
}

void play_prompt(const playing& p, const mcp::prompt_get& get) {
  const auto& name = get.which->name;
  json messages = json::array();
  if (name == "test_simple_prompt") {
    messages.push_back(said(text_block("This is a simple prompt for testing.")));
  } else if (name == "test_prompt_with_arguments") {
    messages.push_back(said(text_block(
      "Prompt with arguments: arg1='" + given(get, "arg1") + "', arg2='" +
      given(get, "arg2") + "'")));
  } else if (name == "test_prompt_with_embedded_resource") {
    messages.push_back(said(
      {{"type", "resource"},
       {"resource",
        {{"uri", given(get, "resourceUri")},
         {"mimeType", "text/plain"},
         {"text", "Embedded resource content for testing."}}}}));
    messages.push_back(said(text_block("Please process the embedded resource above.")));
  } else if (name == "test_prompt_with_image") {
    messages.push_back(
      said({{"type", "image"}, {"data", png}, {"mimeType", "image/png"}}));
    messages.push_back(said(text_block("Please analyze the image above.")));
  } else {
    const auto* form = mcp::filled_in(*p.asked, "context");
    if (form == nullptr)
      return p.reply(mcp::needs{
        {{"context",
          mcp::form(
            "What is the context?",
            object_of({{"context", {{"type", "string"}}}}, {"context"}))}},
        nullptr});
    messages.push_back(
      said(text_block("In the context " + form->value("context", ""))));
  }
  p.reply(mcp::result_fields{{{"messages", std::move(messages)}}});
}

} // namespace troupe::conformance
