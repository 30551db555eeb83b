#include "gateway/completing.hpp"

#include <algorithm>

namespace troupe::mcp {

namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t looked_at = 100; ///< Runs, and at most so many values.

/// The word of this run that the argument means; empty if it does not go on from it.
std::string word_of(const run_brief& run, const completion& asked) {
  const auto goes_on = [&](const std::string& word) {
    return word.starts_with(asked.value) ? word : std::string();
  };
  if (asked.argument == "session_id")
    return goes_on(run.session_id);
  if (asked.argument == "cwd")
    return goes_on(run.cwd);
  if (asked.argument == "backend")
    return goes_on(run.backend);
  if (asked.argument != "run_id" && asked.argument != "run")
    return {};
  return run.agent_name.starts_with(asked.value) && asked.argument == "run"
           ? run.agent_name
           : (run.agent_name.starts_with(asked.value) ? run.run_id
                                                      : goes_on(run.run_id));
}

} // namespace

void complete(const guest& who, const completion& asked, settle_with reply) {
  auto q = who.as;
  q.timeout = 15s;
  list_runs question;
  question.limit = looked_at;
  ask<list_runs>(
    q, &desk::registry, question, [asked, reply](const result<run_page>& page) {
      std::vector<std::string> values;
      for (const auto& run : page ? page->runs : std::vector<run_brief>())
        if (auto word = word_of(run, asked);
            !word.empty() && std::ranges::find(values, word) == values.end())
          values.push_back(std::move(word));
      const bool more = page && page->next_cursor.has_value();
      reply(result_fields{
        {{"completion", {{"values", std::move(values)}, {"hasMore", more}}}}});
    });
}

} // namespace troupe::mcp
