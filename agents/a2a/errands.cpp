#include "agents/a2a/errands.hpp"

#include "protocol/json.hpp"

#include <algorithm>
#include <utility>

namespace troupe::agents::a2a {

void errands::go(errand what, const web_request& request, step& out) {
  last_ = request.id;
  open_.emplace(request.id, what);
  out.lines.push_back(encode_text(request));
}

std::optional<errand> errands::of(std::uint64_t id) const {
  const auto found = open_.find(id);
  return found == open_.end() ? std::nullopt : std::optional(found->second);
}

bool errands::is_open(errand what) const {
  return std::ranges::any_of(open_, [&](const auto& e) { return e.second == what; });
}

void errands::drop(errand what, step& out) {
  for (auto it = open_.begin(); it != open_.end();) {
    const auto [id, is] = *it++;
    if (is == what)
      drop(id, out);
  }
}

void errands::drop_all(step& out) {
  while (!open_.empty())
    drop(open_.begin()->first, out);
}

void errands::drop(std::uint64_t id, step& out) {
  open_.erase(id);
  const web_request order{.id = ++last_, .drop = id};
  out.lines.push_back(encode_text(order));
}

} // namespace troupe::agents::a2a
