#include "mcp/budget.hpp"
#include "mcp/dialogue.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace troupe;

void require(bool holds) {
  if (!holds)
    std::abort();
}

/// What the session does with a step, as far as it is pure.
void follow(const mcp::step& step) {
  if (const auto* answer = std::get_if<mcp::say_answer>(&step))
    require(
      answer->message.contains("jsonrpc") &&
      answer->message.contains("id") != answer->message.contains("method"));
  if (const auto* call = std::get_if<mcp::call_tool>(&step)) {
    require(call->which != nullptr && call->arguments.is_object());
    const auto fitted = mcp::fit(call->arguments, mcp::answer_bytes_min);
    const raw_json text{print_json(fitted)};
    require(text.text.size() <= mcp::answer_bytes_min);
    const auto result =
      json::parse(mcp::answer_text(call->form, text, {}), nullptr, false);
    require(
      result.is_object() && result.contains("content") != result.contains("taskId"));
  }
}

} // namespace

/// Each line of the input is said to a fresh server; none may break it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  mcp::dialogue dialogue(*mcp::listed("all"));
  std::string_view rest(reinterpret_cast<const char*>(bytes), size);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    for (const auto& step : dialogue.take(rest.substr(0, end), {}).steps)
      follow(step);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return 0;
}
