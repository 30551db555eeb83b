#include "gateway/event_pages.hpp"

#include <benchmark/benchmark.h>

namespace troupe::mcp {
namespace {

json view_with(std::size_t bytes) {
  run_view v;
  v.run_id = "r_01ARZ3NDEKTSV4RRFFQ69G5FAV";
  v.metadata.text = "{}";
  v.result.emplace().final_response = std::string(bytes, 'x');
  return encode(v);
}

void BM_fit_run_view_into_16KiB(benchmark::State& state) {
  const auto view = view_with(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state)
    benchmark::DoNotOptimize(fit(view, answer_bytes_default));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_fit_run_view_into_16KiB)->ArgName("answer")->Arg(1000)->Arg(1 << 20);

void BM_fit_event_page_of_1MiB(benchmark::State& state) {
  event_page page;
  for (int n = 0; n < 650; ++n)
    page.events.push_back(
      {R"({"seq":)" + std::to_string(n) + R"(,"data":{"text":")" +
       std::string(1500, 'x') + R"("}})"});
  for (auto _ : state)
    benchmark::DoNotOptimize(fit(page, answer_bytes_max));
  state.SetItemsProcessed(state.iterations() * 650);
}
BENCHMARK(BM_fit_event_page_of_1MiB);

} // namespace
} // namespace troupe::mcp
