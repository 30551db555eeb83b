#include "agents/requests.hpp"

#include "agents/agent_line.hpp"

#include <algorithm>
#include <utility>

namespace troupe::agents {

bool open_requests::add(pending_request request) {
  const auto same =
    std::ranges::find(all_, request.request_id, &pending_request::request_id);
  if (same != all_.end()) {
    *same = std::move(request);
    return true;
  }
  if (all_.size() == count_max)
    return false;
  all_.push_back(std::move(request));
  return true;
}

bool open_requests::remove(std::string_view request_id) {
  return std::erase_if(all_, [&](const pending_request& r) {
           return r.request_id == request_id;
         }) > 0;
}

const pending_request* open_requests::find(const request_answer& answer) const {
  if (all_.empty())
    return nullptr;
  if (!answer.request_id)
    return &all_.front();
  const auto found =
    std::ranges::find(all_, *answer.request_id, &pending_request::request_id);
  return found == all_.end() ? nullptr : &*found;
}

void tell_answer(
  const pending_request& request,
  const request_answer& given,
  std::string_view role,
  step& out) {
  auto data = encode(given);
  data["role"] = given.by == "deadline" ? "policy" : role;
  data["request_id"] = request.request_id;
  data["title"] = request.title;
  tell(out, event_type::message_added, data);
}

void tell_withdrawn(const pending_request& request, std::string_view why, step& out) {
  warn(
    out,
    "request_withdrawn",
    {{"request_id", request.request_id}, {"title", request.title}, {"why", why}});
}

void tell_withdrawn(const open_requests& requests, std::string_view why, step& out) {
  for (const auto& request : requests.all())
    tell_withdrawn(request, why, out);
}

} // namespace troupe::agents
