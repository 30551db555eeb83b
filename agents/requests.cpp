#include "agents/requests.hpp"

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

} // namespace troupe::agents
