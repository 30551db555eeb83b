#include "protocol/events.hpp"
#include "protocol/json.hpp"
#include "protocol/runs.hpp"

#include <benchmark/benchmark.h>

namespace troupe {
namespace {

constexpr std::size_t event_bytes = 1500;

event_line some_event() {
  return {
    .seq = 123456,
    .ts = wall_now(),
    .run_id = "r_01ARZ3NDEKTSV4RRFFQ69G5FAV",
    .session_id = "0b3d2c5e-1f4a-4d6b-8c7e-9a0b1c2d3e4f",
    .backend = "claude_code",
    .type = event_type::agent_message,
    .data = {R"({"text":")" + std::string(event_bytes, 'x') + R"("})"},
    .src = event_source{1, 123456789, 2, 0}};
}

std::string some_call() {
  spawn_run call{.backend = "claude_code", .prompt = std::string(400, 'p')};
  call.metadata.text = R"({"ticket":"T-1"})";
  call.backend_config.text = R"({"model":"fast","args":["--verbose"]})";
  call.env = {{"A", "1"}, {"B", "2"}};
  return encode_text(call);
}

void set_bytes(benchmark::State& state, std::size_t each) {
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(each));
}

void BM_decode_spawn_run(benchmark::State& state) {
  const auto text = some_call();
  for (auto _ : state)
    benchmark::DoNotOptimize(decode_text<spawn_run>(text));
  set_bytes(state, text.size());
}
BENCHMARK(BM_decode_spawn_run);

void BM_encode_event_line_1500B(benchmark::State& state) {
  const auto line = some_event();
  for (auto _ : state)
    benchmark::DoNotOptimize(print_json(encode(line)));
  set_bytes(state, event_bytes);
}
BENCHMARK(BM_encode_event_line_1500B);

void BM_write_text_event_line_1500B(benchmark::State& state) {
  const auto line = some_event();
  std::string out;
  for (auto _ : state) {
    out.clear();
    write_text(out, line);
    benchmark::DoNotOptimize(out.data());
  }
  set_bytes(state, event_bytes);
}
BENCHMARK(BM_write_text_event_line_1500B);

void BM_write_string_as_json_text_1MiB(benchmark::State& state) {
  std::string page;
  while (page.size() < (1 << 20))
    write_text(page, some_event());
  std::string out;
  for (auto _ : state) {
    out.clear();
    write_string(out, page);
    benchmark::DoNotOptimize(out.data());
  }
  set_bytes(state, page.size());
}
BENCHMARK(BM_write_string_as_json_text_1MiB);

} // namespace
} // namespace troupe
