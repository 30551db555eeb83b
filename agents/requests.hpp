#pragma once

#include "agents/adapter.hpp"
#include "protocol/messages.hpp"
#include "protocol/runs.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::agents {

/// The requests of one agent that wait for an answer, oldest first.
class open_requests {
public:
  static constexpr std::size_t count_max = 64;

  /// A request with the same id replaces the older one; false if there are too many.
  [[nodiscard]] bool add(pending_request request);

  /// False if it does not wait.
  bool remove(std::string_view request_id);

  void clear() { all_.clear(); }

  /// The one an answer names, or the oldest if it names none; nullptr if there is none.
  [[nodiscard]] const pending_request* find(const request_answer& answer) const;

  [[nodiscard]] const std::vector<pending_request>& all() const { return all_; }

private:
  std::vector<pending_request> all_;
};

/// How a request was answered, as a `message_added` whose `role` is the one who did:
/// `user` or `policy`, which a deadline is too.
void tell_answer(
  const pending_request& request,
  const request_answer& given,
  std::string_view role,
  step& out);

/// That an answer is not waited for any longer: a warning `request_withdrawn`.
void tell_withdrawn(const pending_request& request, std::string_view why, step& out);

/// The same of all.
void tell_withdrawn(const open_requests& requests, std::string_view why, step& out);

} // namespace troupe::agents
