#pragma once

#include "agents/adapter.hpp"
#include "agents/checked.hpp"
#include "protocol/json.hpp"
#include "protocol/messages.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::agents {

/// A test's talk with one adapter; the answers of each step are returned.
class conversation {
public:
  conversation(std::string_view backend, const attempt_plan& plan)
    : speaks_(make_adapter(*find_backend(backend), plan)) {}

  step line(std::string_view text, bool cut = false) {
    step out;
    speaks_->line(text, cut, out);
    return out;
  }
  step print(const json& j) { return line(print_json(j)); }

  step say(input_kind kind, const json& body = json::object()) {
    step out;
    speaks_->input({++inputs_, 0, kind, {print_json(body)}}, out);
    return out;
  }
  step turn(std::string_view text) { return say(input_kind::turn, {{"text", text}}); }
  step answer(const request_answer& given) {
    return say(input_kind::answer, encode(given));
  }

  step over() {
    step out;
    speaks_->over(out);
    return out;
  }

  const adapter* operator->() const { return speaks_.get(); }

private:
  std::unique_ptr<adapter> speaks_;
  std::uint64_t inputs_ = 0;
};

/// `type {data}` of each event.
inline std::vector<std::string> told(const step& s) {
  std::vector<std::string> lines;
  for (const auto& e : s.events)
    lines.push_back(std::string(to_string(e.type)) + " " + e.data.text);
  return lines;
}

inline attempt_plan configured(const json& backend_config) {
  attempt_plan plan;
  plan.cwd = "/work";
  plan.backend_config = {print_json(backend_config)};
  return plan;
}

} // namespace troupe::agents
