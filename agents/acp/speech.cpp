#include "agents/acp/speech.hpp"

#include <algorithm>

namespace troupe::agents::acp {

std::string text_of(const json& block) {
  const auto type = text_in(block, "type");
  if (type == "text")
    return std::string(text_in(block, "text"));
  if (type == "resource")
    return std::string(text_in(member(block, "resource"), "text"));
  if (type == "resource_link")
    return std::string(text_in(block, "uri"));
  return type.empty() ? std::string() : "[" + std::string(type) + "]";
}

void speech::chunk(event_type as, const json& update, step& out) {
  begin(as, text_in(update, "messageId"), out);
  append(text_of(member(update, "content")));
}

void speech::whole(event_type as, const json& update, step& out) {
  const auto id = text_in(update, "messageId");
  const auto& content = member(update, "content");
  begin(as, id, out);
  if (content.is_null() && !update.contains("content"))
    return;
  text_.clear();
  cut_ = false;
  if (content.is_array())
    for (const auto& block : content)
      append(text_of(block));
}

void speech::flush(step& out) {
  tell_rest(out);
  if (!text_.empty() && as_ == event_type::agent_message)
    last_ = std::move(text_);
  text_.clear();
  id_.clear();
  cut_ = false;
}

void speech::tell_rest(step& out) const {
  if (text_.empty())
    return;
  json data{{"text", text_}};
  if (!id_.empty())
    data["message_id"] = id_;
  if (cut_)
    data["truncated"] = true;
  tell(out, as_, data);
}

void speech::turn_began() {
  text_.clear();
  last_.clear();
}

std::string speech::last_text() const {
  const bool speaking = as_ == event_type::agent_message && !text_.empty();
  return speaking ? text_ : last_;
}

void speech::begin(event_type as, std::string_view id, step& out) {
  if (as != as_ || id != id_)
    flush(out);
  as_ = as;
  id_ = id;
}

void speech::append(std::string_view text) {
  const auto room = text_bytes_max - std::min(text_bytes_max, text_.size());
  cut_ = cut_ || text.size() > room;
  if (text.size() <= room)
    text_ += text;
}

} // namespace troupe::agents::acp
