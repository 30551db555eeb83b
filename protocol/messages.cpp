#include "protocol/messages.hpp"

#include "protocol/base64.hpp"

#include <algorithm>

namespace troupe {

namespace {

/// The form that is neither a shorthand nor checked further.
struct whole_message {
  message_role role = message_role::user;
  std::vector<message_part> parts;

  static constexpr bool closed = true;
  static constexpr auto fields() {
    return field_list{
      optional("role", &whole_message::role, "Who speaks."),
      required("parts", &whole_message::parts, "At least one."),
    };
  }
};

constexpr std::size_t parts_max = 100;
constexpr std::size_t base64_bytes_max = std::size_t{3} * 1024 * 1024;
constexpr std::size_t word_bytes_max = 4096;

/// What stands in a line of a prompt: without blanks at its ends, and no control.
bool is_line(std::string_view text, bool may_be_blank) {
  const auto is_bad = [&](unsigned char c) {
    return c < 0x20 || c == 0x7F || (c == ' ' && !may_be_blank);
  };
  return !text.empty() && text.size() <= word_bytes_max &&
         std::ranges::none_of(text, is_bad);
}

check check_file(const message_part& part) {
  if (!part.uri && !part.bytes_base64)
    return mismatch{"uri", "a file part needs uri or bytes_base64"};
  if (part.uri && !is_line(*part.uri, false))
    return mismatch{"uri", "expected 1 to 4096 bytes without blanks"};
  if (part.name && !is_line(*part.name, true))
    return mismatch{"name", "expected one line of 1 to 4096 bytes"};
  if (part.mime_type && !is_line(*part.mime_type, false))
    return mismatch{"mime_type", "expected a type such as image/png"};
  if (part.bytes_base64 && !from_base64(*part.bytes_base64))
    return mismatch{"bytes_base64", "is no base64 (RFC 4648, with its padding)"};
  return {};
}

check check_part(const message_part& part) {
  if (part.type == part_type::text && !part.text)
    return mismatch{"text", "required in a text part"};
  if (part.type == part_type::data && !part.data)
    return mismatch{"data", "required in a data part"};
  return part.type == part_type::file ? check_file(part) : check();
}

check check_parts(const std::vector<message_part>& parts) {
  if (parts.empty() || parts.size() > parts_max)
    return mismatch{"parts", "needs 1 to " + std::to_string(parts_max) + " parts"};
  std::size_t attached = 0;
  for (const auto& each : parts)
    attached += each.bytes_base64 ? each.bytes_base64->size() : 0;
  if (attached > base64_bytes_max)
    return mismatch{
      "parts",
      "what is attached has " + std::to_string(attached) + " bytes as base64, of " +
        std::to_string(base64_bytes_max) +
        " at most; write it into a file and name that by uri"};
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (auto c = check_part(parts[i]))
      return within("parts", within("[" + std::to_string(i) + "]", std::move(c)));
  return {};
}

std::string file_line(const message_part& part) {
  std::string line = "Attached file: " + part.name.value_or("unnamed");
  if (part.mime_type)
    line += " (" + *part.mime_type + ")";
  return part.uri ? line + ", " + *part.uri : line;
}

std::size_t size_of_base64(std::string_view text) {
  const auto padding = text.size() - std::min(text.find('='), text.size());
  return text.size() / 4 * 3 - padding;
}

std::string trimmed(std::string text) {
  constexpr auto blank = " \t\r\n";
  text.erase(text.find_last_not_of(blank) + 1);
  return text.erase(0, text.find_first_not_of(blank));
}

} // namespace

agent_message text_message(std::string text) {
  return {message_role::user, {{.type = part_type::text, .text = std::move(text)}}};
}

std::string part_text(const message_part& part) {
  if (part.type == part_type::text)
    return part.text.value_or("");
  if (part.type == part_type::data)
    return part.data ? part.data->text : "{}";
  return file_line(part);
}

std::string prompt_text(const agent_message& m) {
  std::string prompt;
  for (const auto& part : m.parts)
    prompt.append(prompt.empty() ? "" : "\n\n").append(part_text(part));
  return prompt;
}

bool is_text_only(const agent_message& m) {
  return std::ranges::all_of(
    m.parts, [](const message_part& p) { return p.type == part_type::text; });
}

json turn_body(const agent_message& m) {
  json body{{"text", prompt_text(m)}};
  if (!is_text_only(m))
    body["parts"] = codec<std::vector<message_part>>::encode(m.parts);
  return body;
}

json files_in(const agent_message& m) {
  json files = json::array();
  for (const auto& part : m.parts) {
    if (part.type != part_type::file)
      continue;
    auto shown = part;
    shown.bytes_base64.reset();
    auto file = troupe::encode(shown);
    file.erase("type");
    if (part.bytes_base64)
      file["bytes"] = size_of_base64(*part.bytes_base64);
    files.push_back(std::move(file));
  }
  return files;
}

const raw_json* data_of(const agent_message& m) {
  for (const auto& part : m.parts)
    if (part.type == part_type::data && part.data)
      return &*part.data;
  return nullptr;
}

json codec<agent_message>::encode(const agent_message& m) {
  return troupe::encode(whole_message{m.role, m.parts});
}

check codec<agent_message>::decode(const json& j, agent_message& m) {
  if (j.is_string()) {
    m = text_message(j.get<std::string>());
    return {};
  }
  whole_message whole;
  if (!j.is_object())
    return wrong_type("a string or a message with parts", j);
  if (auto c = codec<whole_message>::decode(j, whole))
    return c;
  if (auto c = check_parts(whole.parts))
    return c;
  m = {whole.role, std::move(whole.parts)};
  return {};
}

json codec<agent_message>::schema() {
  return {{"anyOf", {json{{"type", "string"}}, troupe::schema<whole_message>()}}};
}

result<request_answer> answer_of(const agent_message& m) {
  if (const auto* data = data_of(m))
    return decode_text<request_answer>(data->text);
  auto said = prompt_text(m);
  const auto text = trimmed(said);
  for (const std::string_view word : {"allow_always", "allow", "deny"}) {
    if (text == word)
      return request_answer{.decision = std::string(word)};
    if (text.starts_with(word) && text.substr(word.size()).starts_with(":"))
      return request_answer{
        .decision = std::string(word),
        .message = one_line(text.substr(word.size() + 1), 4000)};
  }
  return request_answer{.decision = "answer", .message = std::move(said)};
}

} // namespace troupe
