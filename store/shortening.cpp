#include "store/events.hpp"

#include "protocol/json.hpp"
#include "protocol/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace troupe::store {

namespace {

constexpr std::string_view note = "truncated";
constexpr int shown_depth_max = 128;

bool goes_on_with(std::string_view name) {
  constexpr auto kept = std::to_array<std::string_view>(
    {"status", "type", "tool", "exit_code", "path", "decision"});
  return name.ends_with("_id") || std::ranges::find(kept, name) != kept.end();
}

std::string pointer_step(std::string_view name) {
  std::string step = "/";
  for (const char c : name)
    if (c == '~')
      step += "~0";
    else if (c == '/')
      step += "~1";
    else
      step += c;
  return step;
}

/// A string somewhere in `data`, and what it was before it was cut.
struct text_field {
  json* place;
  std::string pointer;
  bool cut_last;
  std::string whole;

  [[nodiscard]] std::string ending() const {
    return "\xE2\x80\xA6[truncated, " + std::to_string(whole.size()) + " bytes in all]";
  }

  /// Whether cutting to `cap` bytes saves more than saying so costs.
  [[nodiscard]] bool worth_cutting(std::size_t cap) const {
    constexpr std::size_t note_bytes = 64;
    return whole.size() > cap + note_bytes + pointer.size();
  }
};

/// One event whose strings can be cut to one length and put back again.
class cuttable_event {
public:
  explicit cuttable_event(json event) : event_(std::move(event)) {
    auto& data = event_["data"];
    if (const auto had = data.find(note); had == data.end() || !had->is_object())
      data[std::string(note)] = json::object();
    noted_ = data[std::string(note)];
    for (auto& [name, value] : data.items())
      if (name != note)
        collect(value, pointer_step(name), goes_on_with(name));
  }

  /// Its text with what is cut first cut to `cap` bytes, and the rest to `cap_last`.
  std::string print(std::size_t cap, std::size_t cap_last) {
    auto& cuts = event_["data"][std::string(note)];
    cuts = noted_;
    for (auto& field : fields_) {
      const auto bytes = field.cut_last ? cap_last : cap;
      if (!field.worth_cutting(bytes)) {
        *field.place = field.whole;
        continue;
      }
      *field.place =
        std::string(utf8_prefix(field.whole, bytes)).append(field.ending());
      cuts[field.pointer] = field.whole.size();
    }
    return print_json(event_);
  }

private:
  void collect(json& value, const std::string& pointer, bool cut_last) {
    if (value.is_string())
      fields_.push_back({&value, pointer, cut_last, value.get<std::string>()});
    else if (value.is_array())
      for (std::size_t i = 0; i < value.size(); ++i)
        collect(value[i], pointer + "/" + std::to_string(i), cut_last);
    else if (value.is_object())
      for (auto& [name, member] : value.items())
        collect(member, pointer + pointer_step(name), goes_on_with(name));
  }

  json event_;
  json noted_;
  std::vector<text_field> fields_;
};

/// The text with the greatest cap that `print` fits into `bytes_max`; cap 0 does.
template <class Print>
std::string widest(std::size_t bytes_max, const Print& print) {
  std::size_t fits = 0;
  std::size_t too_much = bytes_max + 1;
  auto best = print(0);
  while (too_much - fits > 1) {
    const auto cap = fits + (too_much - fits) / 2;
    auto text = print(cap);
    if (text.size() <= bytes_max)
      fits = cap, best = std::move(text);
    else
      too_much = cap;
  }
  return best;
}

/// Only the envelope, and of that only what is sure to fit if the rest does not.
std::string envelope(json event, std::size_t data_bytes, std::size_t bytes_max) {
  event["data"] = {{note, true}, {"total_bytes", data_bytes}};
  auto text = print_json(event);
  if (text.size() <= bytes_max)
    return text;
  json bare = json::object();
  if (const auto seq = event.find("seq"); seq != event.end() && seq->is_number())
    bare["seq"] = *seq;
  bare["data"] = event["data"];
  return print_json(bare);
}

} // namespace

std::string shortened(std::string_view shown_line, std::size_t bytes_max) {
  if (shown_line.size() <= bytes_max)
    return std::string(shown_line);
  auto event = parse_json(shown_line, shown_depth_max);
  if (!event || !event->is_object())
    return envelope(json::object(), shown_line.size(), bytes_max);
  const auto data = event->find("data");
  const auto data_bytes = data == event->end() ? 0 : print_json(*data).size();
  if (data_bytes == 0 || !data->is_object())
    return envelope(std::move(*event), data_bytes, bytes_max);
  cuttable_event cuttable(*event);
  if (cuttable.print(0, 0).size() > bytes_max)
    return envelope(std::move(*event), data_bytes, bytes_max);
  if (cuttable.print(0, bytes_max).size() > bytes_max)
    return widest(bytes_max, [&](std::size_t cap) { return cuttable.print(0, cap); });
  return widest(
    bytes_max, [&](std::size_t cap) { return cuttable.print(cap, bytes_max); });
}

} // namespace troupe::store
