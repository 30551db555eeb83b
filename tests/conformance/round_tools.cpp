#include "tests/conformance/fixture.hpp"

/// Tools that need something of the client first: in rounds since 2026-07-28, by
/// requests of the server before it.
namespace troupe::conformance {

namespace {

const json a_string = {{"type", "string"}};

json name_form(const char* message = "What is your name?") {
  return mcp::form(message, object_of({{"name", a_string}}, {"name"}));
}

json sample(const std::string& words, int tokens) {
  return {
    {"method", "sampling/createMessage"},
    {"params",
     {{"messages", json::array({{{"role", "user"}, {"content", text_block(words)}}})},
      {"maxTokens", tokens}}}};
}

json roots() {
  return {{"method", "roots/list"}, {"params", json::object()}};
}

/// What the client gave under this key; null if nothing.
const json& given(const playing& p, std::string_view key) {
  return member(p.asked->inputs, key);
}

std::string filled(const playing& p, std::string_view key, const char* member) {
  const auto* form = mcp::filled_in(*p.asked, key);
  return form == nullptr ? std::string() : form->value(member, "");
}

void need(const playing& p, json requests, json state = nullptr) {
  p.reply(mcp::needs{std::move(requests), std::move(state)});
}

/// Asks for one form, and tells how it was answered.
void elicit(const playing& p, const std::string& message, json schema) {
  const auto& answer = given(p, "form");
  if (!answer.is_object())
    return need(p, {{"form", mcp::form(message, std::move(schema))}});
  p.text(
    "User response: action=" + answer.value("action", "") +
    ", content=" + print_json(member(answer, "content")));
}

void sampling(const playing& p, const json& arguments) {
  const auto& answer = given(p, "sample");
  if (!answer.is_object())
    return need(p, {{"sample", sample(arguments.value("prompt", ""), 100)}});
  p.text("LLM response: " + member(answer, "content").value("text", ""));
}

void elicitation(const playing& p, const json& arguments) {
  elicit(
    p,
    arguments.value("message", ""),
    object_of(
      {{"username", a_string}, {"email", {{"type", "string"}, {"format", "email"}}}},
      {"username", "email"}));
}

void defaults(const playing& p, const json&) {
  elicit(
    p,
    "Please review and update the form fields with defaults",
    object_of(
      {{"name", {{"type", "string"}, {"default", "John Doe"}}},
       {"age", {{"type", "integer"}, {"default", 30}}},
       {"score", {{"type", "number"}, {"default", 95.5}}},
       {"status",
        {{"type", "string"},
         {"enum", {"active", "inactive", "pending"}},
         {"default", "active"}}},
       {"verified", {{"type", "boolean"}, {"default", true}}}}));
}

json titled(const char* value, const char* title) {
  return {{"const", value}, {"title", title}};
}

void enums(const playing& p, const json&) {
  const auto options = json::array({"option1", "option2", "option3"});
  const auto titles = json::array(
    {titled("value1", "First Option"),
     titled("value2", "Second Option"),
     titled("value3", "Third Option")});
  elicit(
    p,
    "Please select options from the enum fields",
    object_of(
      {{"untitledSingle", {{"type", "string"}, {"enum", options}}},
       {"titledSingle", {{"type", "string"}, {"oneOf", titles}}},
       {"legacyEnum",
        {{"type", "string"},
         {"enum", {"opt1", "opt2", "opt3"}},
         {"enumNames", {"Option One", "Option Two", "Option Three"}}}},
       {"untitledMulti",
        {{"type", "array"},
         {"minItems", 1},
         {"maxItems", 3},
         {"items", {{"type", "string"}, {"enum", options}}}}},
       {"titledMulti",
        {{"type", "array"},
         {"minItems", 1},
         {"maxItems", 3},
         {"items", {{"anyOf", titles}}}}}}));
}

void missing_capability(const playing& p, const json&) {
  if (!given(p, "sample").is_object())
    return need(p, {{"sample", sample("Hello", 10)}});
  p.text("done");
}

void streaming_elicitation(const playing& p, const json&) {
  if (!given(p, "user_name").is_object())
    return need(p, {{"user_name", name_form()}});
  p.text("done");
}

void ask_name(const playing& p, const json&) {
  const auto name = filled(p, "user_name", "name");
  if (name.empty())
    return need(p, {{"user_name", name_form()}});
  p.text("Hello, " + name + "!");
}

void ask_model(const playing& p, const json&) {
  const auto& answer = given(p, "capital");
  if (!answer.is_object())
    return need(p, {{"capital", sample("What is the capital of France?", 100)}});
  p.text(member(answer, "content").value("text", ""));
}

void ask_roots(const playing& p, const json&) {
  const auto& answer = given(p, "roots");
  if (!answer.is_object())
    return need(p, {{"roots", roots()}});
  p.text("Found " + std::to_string(member(answer, "roots").size()) + " root(s)");
}

void with_state(const playing& p, const json&) {
  const auto* form = mcp::filled_in(*p.asked, "confirm");
  if (form == nullptr)
    return need(
      p,
      {{"confirm",
        mcp::form("Confirm?", object_of({{"ok", {{"type", "boolean"}}}}, {"ok"}))}},
      {{"round", 1}});
  p.text(p.asked->state.is_object() ? "state-ok" : "state lost");
}

void several(const playing& p, const json&) {
  const bool all = given(p, "name").is_object() && given(p, "sample").is_object() &&
                   given(p, "roots").is_object();
  if (!all)
    return need(
      p,
      {{"name", name_form()}, {"sample", sample("Say hello", 50)}, {"roots", roots()}},
      {{"round", 1}});
  p.text("all given");
}

void rounds(const playing& p, const json&) {
  const auto name = filled(p, "name", "name");
  if (name.empty())
    return need(p, {{"name", name_form()}}, {{"round", 1}});
  const auto color = filled(p, "color", "color");
  if (color.empty())
    return need(
      p,
      {{"color",
        mcp::form("Which color?", object_of({{"color", a_string}}, {"color"}))}},
      {{"round", 2}});
  p.text(name + " likes " + color);
}

/// Of the kinds there are, those that this client can give.
void declared_only(const playing& p, const json&) {
  json wanted = json::object();
  if (p.asked->client.form && !given(p, "name").is_object())
    wanted["name"] = name_form();
  if (p.asked->client.sampling && !given(p, "sample").is_object())
    wanted["sample"] = sample("Say hello", 50);
  if (wanted.empty())
    return p.text("nothing more is needed");
  need(p, std::move(wanted));
}

} // namespace

void add_round_tools(std::vector<fixture_tool>& all) {
  const json none = {{"type", "object"}, {"additionalProperties", false}};
  const auto add = [&](const char* name, auto play, json schema) {
    all.push_back(
      {{{.name = name, .description = "Needs something of the client first."},
        std::move(schema),
        {}},
       play});
  };
  add("test_sampling", sampling, object_of({{"prompt", a_string}}, {"prompt"}));
  add("test_elicitation", elicitation, object_of({{"message", a_string}}, {"message"}));
  add("test_elicitation_sep1034_defaults", defaults, none);
  add("test_elicitation_sep1330_enums", enums, none);
  add("test_missing_capability", missing_capability, none);
  add("test_streaming_elicitation", streaming_elicitation, none);
  add("test_input_required_result_elicitation", ask_name, none);
  add("test_input_required_result_sampling", ask_model, none);
  add("test_input_required_result_list_roots", ask_roots, none);
  add("test_input_required_result_request_state", with_state, none);
  add("test_input_required_result_multiple_inputs", several, none);
  add("test_input_required_result_multi_round", rounds, none);
  add("test_input_required_result_tampered_state", with_state, none);
  add("test_input_required_result_capabilities", declared_only, none);
}

} // namespace troupe::conformance
