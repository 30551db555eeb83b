#include "gateway/event_pages.hpp"

#include <algorithm>

namespace troupe::mcp {

json fit(const event_page& page, std::size_t bytes_max) {
  auto answer = encode(page);
  if (print_json(answer).size() <= bytes_max || page.events.size() < 2)
    return fit(std::move(answer), bytes_max);
  const auto rows = std::max<std::size_t>(1, rows_within(answer, "events", bytes_max));
  auto& events = answer["events"];
  events.erase(events.begin() + static_cast<json::difference_type>(rows), events.end());
  const auto seq = events.back().find("seq");
  if (seq != events.back().end())
    answer["next_after_seq"] = *seq;
  answer["has_more"] = true;
  return fit(std::move(answer), bytes_max);
}

} // namespace troupe::mcp
