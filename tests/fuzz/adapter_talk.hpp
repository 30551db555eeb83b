#pragma once

#include "agents/adapter.hpp"
#include "agents/checked.hpp"
#include "protocol/json.hpp"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

namespace troupe::agents {

inline void require(bool holds) {
  if (!holds)
    std::abort();
}

/// What every step promises, whatever the agent printed.
inline void check_step(const step& out) {
  for (const auto& event : out.events) {
    const auto data = parse_json(event.data.text);
    require(data.has_value() && data->is_object());
  }
  if (out.ended)
    require(is_utf8(encode_text(out.ended->reason)));
}

/// Each line of the input goes to the adapter; one that starts with `>` is something
/// said to the agent instead, of the kind its second byte chooses.
inline void
talk(std::string_view backend, const attempt_plan& plan, std::string_view text) {
  const auto speaks = make_adapter(*find_backend(backend), plan);
  while (!text.empty()) {
    step out;
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.size() > 1 && line[0] == '>')
      speaks->input(
        {.kind = static_cast<input_kind>(
           static_cast<std::uint8_t>(line[1]) % names(input_kind{}).size()),
         .body = {std::string(line.substr(2))}},
        out);
    else
      speaks->line(line, (line.size() & 63) == 63, out);
    check_step(out);
    require(speaks->pending().size() <= 64 && speaks->open_tools() <= 1024);
  }
  require(is_utf8(encode_text(speaks->ended({.code = 1}))));
  require(is_utf8(encode_text(speaks->outcome())));
}

} // namespace troupe::agents
