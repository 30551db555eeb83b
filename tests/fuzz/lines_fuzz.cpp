#include "protocol/lines.hpp"

#include <algorithm>
#include <cstdlib>
#include <tuple>
#include <vector>

namespace {

using seen = std::tuple<std::string, std::uint64_t, std::uint64_t, bool>;

/// All lines of a stream that comes in chunks of the sizes given, over and over.
std::vector<seen>
split(std::string_view stream, std::size_t bytes_max, std::string_view sizes) {
  troupe::line_splitter splitter(bytes_max, 17);
  troupe::line_splitter::line line{};
  std::vector<seen> out;
  const auto note = [&] {
    out.emplace_back(std::string(line.text), line.end_offset, line.bytes, line.cut);
  };
  for (std::size_t i = 0; !stream.empty(); ++i) {
    const auto wanted = sizes.empty()
                          ? stream.size()
                          : static_cast<unsigned char>(sizes[i % sizes.size()]);
    const auto chunk = stream.substr(0, std::max<std::size_t>(wanted, 1));
    splitter.push(chunk);
    stream.remove_prefix(chunk.size());
    while (splitter.next(line))
      note();
  }
  if (splitter.rest(line))
    note();
  return out;
}

} // namespace

/// The first byte is the bound, four more are sizes of chunks, the rest is the stream:
/// it is cut into the same lines as if it came in one piece.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 5)
    return 0;
  const std::string_view all(reinterpret_cast<const char*>(bytes), size);
  const auto stream = all.substr(5);
  const std::size_t bytes_max = bytes[0];
  const auto whole = split(stream, bytes_max, {});
  if (whole != split(stream, bytes_max, all.substr(1, 4)))
    std::abort();
  const auto end = whole.empty() ? 17 : std::get<1>(whole.back());
  if (end != 17 + stream.size())
    std::abort();
  return 0;
}
