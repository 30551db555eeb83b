#include "actors/roll.hpp"

#include "protocol/identity.hpp"

#include <benchmark/benchmark.h>

namespace troupe {
namespace {

void BM_roll_list_page_of_1000_runs(benchmark::State& state) {
  roll all;
  for (int n = 0; n < 1000; ++n) {
    run_brief each;
    each.run_id = new_run_id(timestamp{1'700'000'000'000 + n});
    each.agent_name = "agent-" + std::to_string(n);
    each.backend = "claude_code";
    each.cwd = "/home/someone/project";
    each.summary = "All tests pass";
    each.status = n % 3 == 0 ? run_status::running : run_status::completed;
    all.put(std::move(each));
  }
  const caller person;
  list_runs question{.limit = 20};
  if (state.range(0) != 0)
    question.status = run_status::running;
  for (auto _ : state)
    benchmark::DoNotOptimize(all.list(person, question));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_roll_list_page_of_1000_runs)->ArgName("filtered")->Arg(0)->Arg(1);

} // namespace
} // namespace troupe
