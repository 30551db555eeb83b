#include "gateway/event_pages.hpp"
#include "gateway/offering.hpp"
#include "mcp/conversation.hpp"

#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

using namespace troupe;

void require(bool holds) {
  if (!holds)
    std::abort();
}

bool is_message(const json& value) {
  return value.contains("jsonrpc") &&
         (value.contains("id") || value.contains("method"));
}

/// What a session does with an order, as far as it is pure.
void follow(mcp::conversation& with, const mcp::order& order) {
  if (const auto* said = std::get_if<mcp::say>(&order)) {
    const auto value = json::parse(said->line, nullptr, false);
    require(value.is_array() || is_message(value));
  }
  if (const auto* work = std::get_if<mcp::work>(&order)) {
    mcp::settlement given = mcp::result_fields{};
    if (const auto* call = std::get_if<mcp::tool_call>(&work->asked->what)) {
      require(call->which != nullptr && call->arguments.is_object());
      const raw_json text{print_json(mcp::fit(call->arguments, mcp::answer_bytes_min))};
      require(text.text.size() <= mcp::answer_bytes_min);
      given = mcp::tool_data{text};
    }
    if (std::holds_alternative<mcp::resource_watch>(work->asked->what))
      given = mcp::granted{};
    for (const auto& next : with.settle(work->number, given, {}))
      follow(with, next);
  }
}

} // namespace

/// Each line of the input is said to a fresh server; none may break it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const auto all = std::make_shared<const mcp::offer>(*mcp::offered("all"));
  mcp::conversation conversation({all, std::make_shared<mcp::seal>("key"), "fuzz"});
  std::string_view rest(reinterpret_cast<const char*>(bytes), size);
  while (!rest.empty()) {
    const auto end = std::min(rest.find('\n'), rest.size());
    for (const auto& order : conversation.take(rest.substr(0, end), {}))
      follow(conversation, order);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return 0;
}
