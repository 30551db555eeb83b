#include "protocol/messages.hpp"

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

check check_part(const message_part& part) {
  if (part.type == part_type::text && !part.text)
    return mismatch{"text", "required in a text part"};
  if (part.type == part_type::data && !part.data)
    return mismatch{"data", "required in a data part"};
  if (part.type == part_type::file && !part.uri && !part.bytes_base64)
    return mismatch{"uri", "a file part needs uri or bytes_base64"};
  return {};
}

std::string file_line(const message_part& part) {
  std::string line = "Attached file: " + part.name.value_or("unnamed");
  if (part.mime_type)
    line += " (" + *part.mime_type + ")";
  return line +
         (part.uri ? ", " + *part.uri : ", sent as base64:\n" + *part.bytes_base64);
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

std::string prompt_text(const agent_message& m) {
  std::string prompt;
  for (const auto& part : m.parts) {
    if (!prompt.empty())
      prompt += "\n\n";
    if (part.type == part_type::text)
      prompt += part.text.value_or("");
    else if (part.type == part_type::data)
      prompt += part.data ? part.data->text : "{}";
    else
      prompt += file_line(part);
  }
  return prompt;
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
  if (whole.parts.empty() || whole.parts.size() > parts_max)
    return mismatch{"parts", "needs 1 to " + std::to_string(parts_max) + " parts"};
  for (std::size_t i = 0; i < whole.parts.size(); ++i)
    if (auto c = check_part(whole.parts[i]))
      return within("parts", within("[" + std::to_string(i) + "]", std::move(c)));
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
