#include "actors/artifacts.hpp"

#include "protocol/json.hpp"

namespace troupe {

namespace {

constexpr int event_depth_max = 128;

/// What a pointer into the data of an event names; nullptr if nothing.
const json* field_at(const json& data, const std::string& path) {
  try {
    const json::json_pointer pointer(path);
    return data.contains(pointer) ? &data.at(pointer) : nullptr;
  } catch (const json::exception&) {
    return nullptr;
  }
}

bool is_inside_character(const std::string& text, std::uint64_t offset) {
  constexpr unsigned char kind = 0xC0;
  constexpr unsigned char goes_on = 0x80;
  return offset < text.size() &&
         (static_cast<unsigned char>(text[offset]) & kind) == goes_on;
}

} // namespace

result<event_artifact>
slice_of(const raw_json& event, const get_event_artifact& question) {
  const auto whole = parse_json(event.text, event_depth_max);
  if (!whole)
    return fail(whole.error());
  const auto& path = question.field_path;
  const auto data = whole->find("data");
  const auto* field = data == whole->end() ? nullptr : field_at(*data, path);
  if (!field)
    return fail(
      errc::invalid_argument,
      "field_path: " + one_line(path, 200) + " names nothing in the data of event " +
        std::to_string(question.seq) + "; a JSON Pointer is meant, such as /text");
  const auto text = field->is_string() ? field->get<std::string>() : print_json(*field);
  if (question.offset > text.size())
    return fail(
      errc::invalid_argument,
      "offset: the field has " + std::to_string(text.size()) + " bytes");
  if (is_inside_character(text, question.offset))
    return fail(
      errc::invalid_argument,
      "offset: is inside a character; go on with next_offset of the answer before");
  const auto content =
    utf8_prefix(std::string_view(text).substr(question.offset), question.limit);
  event_artifact slice{
    .run_id = {},
    .seq = question.seq,
    .field_path = path,
    .form = field->is_string() ? artifact_form::text : artifact_form::value,
    .content = std::string(content),
    .offset = question.offset,
    .total_bytes = text.size(),
    .next_offset = {}};
  if (const auto next = question.offset + content.size(); next < text.size())
    slice.next_offset = next;
  return slice;
}

} // namespace troupe
