#pragma once

#include "agents/adapter.hpp"
#include "protocol/json.hpp"
#include "protocol/messages.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Reading what an agent printed, which may be anything, and telling it on as events.
namespace troupe::agents {

/// A line as a JSON object; nothing if it is none, or is nested deeper than what other
/// rooms take inside their envelopes. Forgives what JavaScript prints when it cuts a
/// text in the middle of a character: lone surrogate escapes become U+FFFD, as do
/// bytes that are not UTF-8.
[[nodiscard]] std::optional<json> read_object(std::string_view line);

/// Members that may be missing or of another type than expected.
[[nodiscard]] std::string_view text_in(const json& j, std::string_view name);
[[nodiscard]] bool flag_in(const json& j, std::string_view name);
[[nodiscard]] std::optional<std::int64_t>
number_in(const json& j, std::string_view name);

/// A number of things, 0 if it is none or below, at most 2^48.
[[nodiscard]] std::uint64_t count_in(const json& j, std::string_view name);

/// `{"text"}` of a line that is not understood; `"binary": true` if bytes had to be
/// replaced, `"truncated": true` if the line was cut.
[[nodiscard]] json quoted(std::string_view line, bool cut);

/// The last line that says something, shortened; empty if there is none.
[[nodiscard]] std::string last_line(std::string_view text);

void tell(step& out, event_type type, const json& data);

/// A line that is none of the protocol: an `agent_message` as `quoted`, `"raw": true`.
void tell_raw(step& out, std::string_view line, bool cut);

/// A `warning` event: `{"kind", …more}`.
void warn(step& out, std::string_view kind, const json& more = json::object());

/// The text of a turn input.
[[nodiscard]] std::string turn_text(const agent_input& said);

/// All that is said in it.
[[nodiscard]] agent_message turn_message(const agent_input& said);

/// Whether this turn was said in an earlier attempt, and told then.
[[nodiscard]] bool is_carried(const agent_input& said);

/// Whether this turn is to stop the one before it.
[[nodiscard]] bool interrupts(const agent_input& said);

/// Reads `backend_config` as a closed record; errors name the path and the nearest
/// known word.
template <closed_record T>
[[nodiscard]] result<T> read_config(const raw_json& config) {
  T value{};
  auto j = parse_json(config.text);
  auto bad = j ? codec<T>::decode(*j, value) : check(mismatch{{}, j.error().message});
  if (bad)
    return fail(
      errc::invalid_argument, to_string(*within("backend_config", std::move(bad))));
  return value;
}

/// Refuses an argv that cannot be started: empty, without a program, or with a NUL.
[[nodiscard]] check check_argv(const std::vector<std::string>& argv);

} // namespace troupe::agents
