#include "gateway/event_pages.hpp"

#include <gmock/gmock.h>

namespace troupe::mcp {
namespace {

event_page page_of(int events, std::size_t bytes_each) {
  event_page page{.run_id = "r_1", .last_seq = static_cast<std::uint64_t>(events)};
  for (int i = 1; i <= events; ++i)
    page.events.push_back({print_json(
      {{"seq", i},
       {"type", "agent_message"},
       {"data", {{"text", std::string(bytes_each, 'y')}}}})});
  page.next_after_seq = page.last_seq;
  return page;
}

TEST(EventPages, EndsAPageOfEventsWithTheRightCursor) {
  const auto fitted = fit(page_of(50, 200), 2048);

  ASSERT_LE(print_json(fitted).size(), 2048U);
  const auto shown = fitted["events"].size();
  EXPECT_GT(shown, 3U);
  EXPECT_EQ(fitted["next_after_seq"], shown);
  EXPECT_EQ(fitted["has_more"], true);
  EXPECT_FALSE(fitted.contains("truncated"));
}

TEST(EventPages, ShowsAtLeastOneEventShortened) {
  const auto fitted = fit(page_of(3, 9'000), 1024);

  ASSERT_LE(print_json(fitted).size(), 1024U);
  ASSERT_EQ(fitted["events"].size(), 1U);
  EXPECT_EQ(fitted["next_after_seq"], 1);
  EXPECT_EQ(fitted["truncated"]["/events/0/data/text"], 9'000);
}

} // namespace
} // namespace troupe::mcp
