#include "protocol/runs.hpp"

#include <cstdlib>

namespace {

void require(bool holds) {
  if (!holds)
    std::abort();
}

} // namespace

/// Whatever is decoded encodes to a text that decodes to the same again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (const auto parsed = troupe::parse_json(text)) {
    const auto again = troupe::parse_json(troupe::print_json(*parsed));
    require(again.has_value());
    require(troupe::print_json(*again) == troupe::print_json(*parsed));
  }
  const auto run = troupe::decode_text<troupe::spawn_run>(text);
  if (!run) {
    require(run.error().message.size() < 16'384);
    require(troupe::is_utf8(run.error().message));
    return 0;
  }
  const auto encoded = troupe::encode_text(*run);
  const auto back = troupe::decode_text<troupe::spawn_run>(encoded);
  require(back.has_value());
  require(troupe::encode_text(*back) == encoded);
  return 0;
}
