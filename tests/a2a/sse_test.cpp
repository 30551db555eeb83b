#include "a2a/sse.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace troupe::a2a {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t bytes_max = 64;

std::vector<std::string> events_in(std::string_view stream, std::size_t piece) {
  sse_reader reader(bytes_max);
  std::vector<std::string> events;
  while (!stream.empty()) {
    EXPECT_TRUE(reader.push(stream.substr(0, piece)));
    stream.remove_prefix(std::min(piece, stream.size()));
    while (auto data = reader.next())
      events.push_back(std::move(*data));
  }
  return events;
}

TEST(ServerSentEvents, AreTheirDataHoweverTheyAreCut) {
  constexpr std::string_view stream =
    ": hello\nevent: x\nid: 7\ndata: one\n\ndata:two\r\ndata:  more\r\n\r\n\n"
    "retry: 5\n\ndata: never whole";

  for (const std::size_t piece : {1, 2, 7, 1000})
    EXPECT_THAT(events_in(stream, piece), ElementsAre("one", "two\n more")) << piece;
}

TEST(ServerSentEvents, MayBeEmpty) {
  EXPECT_THAT(events_in("data\n\ndata:\n\n", 100), ElementsAre("", ""));
}

TEST(ServerSentEvents, HaveALimit) {
  sse_reader one_line(bytes_max);
  EXPECT_TRUE(one_line.push("data: " + std::string(bytes_max, 'x')));
  EXPECT_FALSE(one_line.next());
  EXPECT_FALSE(one_line.push("\n\n"));

  sse_reader lines(bytes_max);
  for (std::size_t i = 0; i < bytes_max; ++i)
    static_cast<void>(lines.push("data: xx\n"));
  EXPECT_FALSE(lines.next());
  EXPECT_FALSE(lines.push("\n"));
}

} // namespace
} // namespace troupe::a2a
