#include "tests/supervision/golden.hpp"
#include "tests/supervision/team_world.hpp"

#include <algorithm>
#include <iterator>

namespace troupe::supervision {
namespace {

using test::chain;
using test::team_world;

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& each : words)
    text += (text.empty() ? "" : ", ") + each;
  return text.empty() ? "–" : text;
}

/// What happens, and what the team does, as a table for docs/supervision.md.
std::string example(strategy how) {
  team_world w({chain(3, how)});
  w.all_speak();
  std::string text = "\n**" + std::string(names(how)[static_cast<std::size_t>(how)]) +
                     "**\n\n| what happens | what the team does |\n|---|---|\n";
  auto todo = w.ends("b");
  text += "| b fails for good | " + joined(todo) + " |\n";
  while (!todo.empty()) {
    std::vector<std::string> next;
    for (const auto& each : todo) {
      const auto who = each.substr(each.find(' ') + 1);
      const bool starts = each.starts_with("start ");
      auto more = starts ? w.speaks(who) : w.ends(who, member_end::cancelled);
      text += "| " + who + (starts ? " has spoken" : " is gone") + " | " +
              joined(more) + " |\n";
      std::ranges::move(more, std::back_inserter(next));
    }
    todo = std::move(next);
  }
  return text;
}

TEST(TeamExamples, AreWhatTheManualShows) {
  const ::troupe::test::golden_part part(
    "supervision.md",
    "<!-- team examples: generated -->",
    "<!-- end team examples -->");
  const auto wanted = example(strategy::one_for_one) + example(strategy::one_for_all) +
                      example(strategy::rest_for_one) + "\n";

  EXPECT_EQ(part.read_or_update(wanted), wanted);
}

} // namespace
} // namespace troupe::supervision
