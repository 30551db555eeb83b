#include "actors/inbox.hpp"

#include <algorithm>

namespace troupe {

namespace {

using store::kept_letter;

constexpr std::size_t page_frame_bytes = 512;

bool waits(const kept_letter& each) {
  return each.letter.state == message_state::queued;
}

void settle(
  kept_letter& each, message_state state, const std::string& why, timestamp now) {
  each.given_to.reset();
  each.letter.state = state;
  each.letter.state_at = now;
  each.letter.why = why.empty() ? std::nullopt : std::optional(why);
}

std::string opening(const std::string& message_id) {
  return "Message " + message_id + " ";
}

} // namespace

kept_letter* inbox::at(std::uint64_t seq) {
  for (auto& each : kept_.letters)
    if (each.letter.seq == seq)
      return &each;
  return nullptr;
}

const agent_letter* inbox::find(std::uint64_t seq) const {
  for (const auto& each : kept_.letters)
    if (each.letter.seq == seq)
      return &each.letter;
  return nullptr;
}

const agent_letter* inbox::sent_with(const std::vector<std::string>& keys) const {
  for (const auto& each : kept_.letters)
    for (const auto& key : keys)
      if (std::ranges::find(each.keys, key) != each.keys.end())
        return &each.letter;
  return nullptr;
}

result<std::uint64_t> inbox::add(agent_letter letter, std::vector<std::string> keys) {
  const auto bytes = encode_text(letter).size();
  if (bytes > letter_bytes_max)
    return fail(
      errc::invalid_argument,
      "message: " + std::to_string(bytes) + " bytes; at most " +
        std::to_string(letter_bytes_max) +
        " are taken: write a file and send its path instead");
  std::size_t count = 0;
  std::size_t sum = bytes;
  for (const auto& each : kept_.letters)
    if (waits(each)) {
      ++count;
      sum += encode_text(each.letter).size();
    }
  if (count >= waiting_letters_max || sum > waiting_bytes_max)
    return fail(
      errc::busy,
      "the inbox of " + letter.to_agent_name + " is full: " + std::to_string(count) +
        " messages wait in it; send again once it has read some");
  letter.seq = ++kept_.last_seq;
  kept_.letters.push_back({std::move(letter), std::move(keys), {}});
  make_room();
  return kept_.last_seq;
}

void inbox::make_room() {
  std::size_t bytes = 0;
  for (const auto& each : kept_.letters)
    bytes += encode_text(each.letter).size();
  while (kept_.letters.size() > kept_letters_max || bytes > kept_bytes_max) {
    const auto oldest = std::ranges::find_if(
      kept_.letters, [](const auto& each) { return !waits(each); });
    if (oldest == kept_.letters.end())
      return;
    bytes -= encode_text(oldest->letter).size();
    kept_.letters.erase(oldest);
  }
}

const kept_letter* inbox::next() const {
  const kept_letter* found = nullptr;
  for (const auto& each : kept_.letters) {
    if (!waits(each))
      continue;
    if (each.letter.priority == message_priority::interrupt)
      return &each;
    found = found ? found : &each;
  }
  return found;
}

void inbox::give(std::uint64_t seq, const std::string& run_id) {
  if (auto* one = at(seq))
    one->given_to = run_id;
}

void inbox::take_back(std::uint64_t seq) {
  if (auto* one = at(seq))
    one->given_to.reset();
}

void inbox::delivered(std::uint64_t seq, const std::string& run_id, timestamp now) {
  auto* one = at(seq);
  if (!one)
    return;
  settle(*one, message_state::delivered, {}, now);
  one->letter.run_id = run_id;
}

void inbox::failed(std::uint64_t seq, const std::string& why, timestamp now) {
  if (auto* one = at(seq))
    settle(*one, message_state::failed, why, now);
}

void inbox::returned(
  const std::string& run_id, const std::vector<std::string>& ids, timestamp now) {
  for (auto& each : kept_.letters) {
    const bool is_one = std::ranges::find(ids, each.letter.message_id) != ids.end();
    if (!is_one || each.letter.state == message_state::read)
      continue;
    if (each.letter.run_id.value_or(each.given_to.value_or("")) != run_id)
      continue;
    settle(each, message_state::queued, {}, now);
    each.letter.run_id.reset();
  }
}

void inbox::resolved(
  const std::string& run_id, const std::vector<std::string>& ids, timestamp now) {
  for (auto& each : kept_.letters) {
    if (!waits(each) || each.given_to != run_id)
      continue;
    each.given_to.reset();
    if (std::ranges::find(ids, each.letter.message_id) == ids.end())
      continue;
    settle(each, message_state::delivered, {}, now);
    each.letter.run_id = run_id;
  }
}

void inbox::closed(const std::string& why, timestamp now) {
  for (auto& each : kept_.letters)
    if (waits(each))
      settle(each, message_state::failed, why, now);
}

message_page inbox::page(
  const fetch_agent_messages& question, const std::optional<std::string>& from) const {
  message_page shown{
    .agent_name = {},
    .session_id = kept_.session_id,
    .messages = {},
    .next_after_seq = question.after_seq};
  std::size_t bytes = page_frame_bytes;
  for (const auto& each : kept_.letters) {
    const auto& letter = each.letter;
    if (letter.seq <= question.after_seq || (from && letter.from_session_id != *from))
      continue;
    bytes += encode_text(letter).size() + 1;
    const bool fits = shown.messages.empty() || bytes <= question.max_bytes;
    if (!fits || shown.messages.size() >= question.limit) {
      shown.has_more = true;
      break;
    }
    shown.messages.push_back(letter);
    shown.next_after_seq = letter.seq;
  }
  return shown;
}

void inbox::read(const message_page& seen, timestamp now) {
  for (const auto& letter : seen.messages)
    if (auto* one = at(letter.seq); one && waits(*one) && !one->given_to)
      settle(*one, message_state::read, {}, now);
}

std::string turn_of(const agent_letter& letter) {
  auto text = opening(letter.message_id);
  if (letter.from_agent_name)
    text += "from the agent " + *letter.from_agent_name + " (" +
            letter.from_run_id.value_or("") +
            "), not from your user. Answer it, if at all, with send_agent_message to " +
            *letter.from_agent_name + ". All that follows is what it says:";
  else
    text += "from your user:";
  return text + "\n\n" + prompt_text(letter.body);
}

bool is_turn_of(const std::string& turn, const std::string& message_id) {
  return turn.starts_with(opening(message_id));
}

sent_message receipt_of(const agent_letter& letter) {
  return {
    .message_id = letter.message_id,
    .to_agent_name = letter.to_agent_name,
    .to_session_id = letter.to_session_id,
    .seq = letter.seq,
    .created_at = letter.created_at,
    .state = letter.state,
    .run_id = letter.run_id};
}

} // namespace troupe
