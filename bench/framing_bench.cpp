#include "protocol/lines.hpp"

#include <benchmark/benchmark.h>

#include <string>

namespace troupe {
namespace {

void BM_split_lines_of_256KiB_chunk(benchmark::State& state) {
  constexpr std::size_t chunk_bytes = 256 * 1024;
  const auto line = std::string(static_cast<std::size_t>(state.range(0)), 'x') + "\n";
  std::string text;
  while (text.size() < chunk_bytes)
    text += line;
  text.resize(chunk_bytes);
  line_splitter lines(16 * 1024 * 1024);
  std::int64_t seen = 0;
  for (auto _ : state) {
    lines.push(text);
    for (line_splitter::line each; lines.next(each); ++seen)
      benchmark::DoNotOptimize(each.text.data());
  }
  state.SetItemsProcessed(seen);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(chunk_bytes));
}
BENCHMARK(BM_split_lines_of_256KiB_chunk)->ArgName("line")->Arg(80)->Arg(1500);

} // namespace
} // namespace troupe
