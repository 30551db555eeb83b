#include "protocol/jsonrpc.hpp"

#include <cstdlib>

namespace {

using namespace troupe;

void require(bool holds) {
  if (!holds)
    std::abort();
}

json printed(const jsonrpc::message& m) {
  if (m.what == jsonrpc::kind::request)
    return jsonrpc::request(m.id, m.method, m.params);
  if (m.what == jsonrpc::kind::notification)
    return jsonrpc::notification(m.method, m.params);
  if (m.failure.is_null())
    return jsonrpc::success(m.id, m.outcome);
  return {{"jsonrpc", "2.0"}, {"id", m.id}, {"error", m.failure}};
}

} // namespace

/// A message that was read prints as one that reads the same; a rejection prints.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(bytes), size);
  const auto got = jsonrpc::read_line(line);
  if (!got) {
    require(!got.error().text.empty());
    const auto answer = print_json(jsonrpc::failure(got.error()));
    require(answer.find('\n') == std::string::npos);
    return 0;
  }
  const auto again = jsonrpc::read_line(print_json(printed(*got)));
  require(again.has_value());
  require(again->what == got->what && again->id == got->id);
  require(again->method == got->method && again->params == got->params);
  return 0;
}
