#include "actors/event_book.hpp"
#include "protocol/events.hpp"
#include "protocol/json.hpp"

#include <benchmark/benchmark.h>

#include <cstdlib>

namespace troupe {
namespace {

constexpr std::uint64_t batch = 170;

/// A directory that goes with the benchmark.
class scratch {
public:
  scratch() {
    auto name = (std::filesystem::temp_directory_path() / "book-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~scratch() { std::filesystem::remove_all(path_); }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  [[nodiscard]] std::filesystem::path file() const { return path_ / "events.jsonl"; }

private:
  std::filesystem::path path_;
};

std::string lines_from(std::uint64_t first) {
  std::string lines;
  for (std::uint64_t n = 0; n < batch; ++n) {
    const event_line each{
      .seq = first + n,
      .ts = wall_now(),
      .run_id = "r_01ARZ3NDEKTSV4RRFFQ69G5FAV",
      .session_id = "0b3d2c5e-1f4a-4d6b-8c7e-9a0b1c2d3e4f",
      .backend = "process",
      .type = event_type::agent_message,
      .data = {R"({"text":")" + std::string(1250, 'x') + R"("})"},
      .src = event_source{1, n, 1, 0}};
    write_text(lines, each);
    lines += '\n';
  }
  return lines;
}

void BM_event_book_append_256KiB(benchmark::State& state) {
  const scratch dir;
  event_book book(dir.file());
  const auto lines = lines_from(1);
  std::uint64_t seq = 1;
  for (auto _ : state) {
    if (!book.append(lines, seq))
      state.SkipWithError("append");
    seq += batch;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(seq - 1));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(lines.size()));
}
BENCHMARK(BM_event_book_append_256KiB)->Iterations(500);

void BM_event_book_read_page(benchmark::State& state) {
  const scratch dir;
  event_book book(dir.file());
  constexpr std::uint64_t events = batch * 100;
  for (std::uint64_t seq = 1; seq <= events; seq += batch)
    if (!book.append(lines_from(seq), seq))
      state.SkipWithError("append");
  std::uint64_t at = 0;
  std::int64_t seen = 0;
  for (auto _ : state) {
    const auto page = book.read(at, 1000, static_cast<std::size_t>(state.range(0)));
    if (!page || page->events.empty())
      return state.SkipWithError("read");
    seen += static_cast<std::int64_t>(page->events.size());
    at = page->more ? page->last_seq : 0;
  }
  state.SetItemsProcessed(seen);
}
BENCHMARK(BM_event_book_read_page)->ArgName("bytes")->Arg(16 << 10)->Arg(1 << 20);

} // namespace
} // namespace troupe
