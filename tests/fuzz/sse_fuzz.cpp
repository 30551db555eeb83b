#include "a2a/sse.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace {

std::vector<std::string> events_in(std::string_view stream, std::size_t piece) {
  constexpr std::size_t bytes_max = 1 << 20;
  troupe::a2a::sse_reader reader(bytes_max);
  std::vector<std::string> events;
  while (!stream.empty()) {
    if (!reader.push(stream.substr(0, piece)))
      std::abort();
    stream.remove_prefix(std::min(piece, stream.size()));
    while (auto data = reader.next())
      events.push_back(std::move(*data));
  }
  return events;
}

} // namespace

/// However a stream is cut, its events are the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view stream(reinterpret_cast<const char*>(bytes), size);
  const std::size_t piece = size == 0 ? 1 : bytes[0] % 7 + std::size_t{1};
  if (events_in(stream, piece) != events_in(stream, size + 1))
    std::abort();
  return 0;
}
