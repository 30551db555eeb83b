#include "agents/fold.hpp"
#include "protocol/json.hpp"

#include <benchmark/benchmark.h>

namespace troupe::agents {
namespace {

constexpr std::size_t chunk_bytes = 256 * 1024;

std::string repeated(const std::string& line) {
  std::string text;
  while (text.size() < chunk_bytes)
    text.append(line).append("\n");
  return text;
}

const std::string words(1200, 'w');

std::string claude_message() {
  return R"({"type":"assistant","message":{"id":"msg_01","type":"message","role":)"
         R"("assistant","model":"claude","content":[{"type":"text","text":")" +
         words +
         R"("}],"stop_reason":null,"usage":{"input_tokens":10,"output_tokens":5}},)"
         R"("parent_tool_use_id":null,"session_id":"0b3d2c5e-1f4a-4d6b","uuid":"u"})";
}

std::string process_message() {
  return R"({"type":"agent_message","text":")" + words + words.substr(900) + R"("})";
}

void fold_chunks(
  benchmark::State& state, std::string_view backend, const std::string& line) {
  const auto text = repeated(line);
  attempt_plan plan{.cwd = "/", .command = {"agent"}, .backend_config = {"{}"}};
  fold folding(find_backend(backend)->make(plan), 1, {}, {});
  std::int64_t events = 0;
  for (auto _ : state) {
    folded out;
    folding.push(text, out);
    events += static_cast<std::int64_t>(out.events.size());
  }
  const auto lines = text.size() / (line.size() + 1);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(lines));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.counters["events_per_line"] =
    static_cast<double>(events) / static_cast<double>(state.items_processed());
}

void BM_fold_claude_code_256KiB_of_1500B_lines(benchmark::State& state) {
  fold_chunks(state, "claude_code", claude_message());
}
BENCHMARK(BM_fold_claude_code_256KiB_of_1500B_lines);

void BM_fold_process_256KiB_of_1500B_lines(benchmark::State& state) {
  fold_chunks(state, "process", process_message());
}
BENCHMARK(BM_fold_process_256KiB_of_1500B_lines);

void BM_fold_process_256KiB_of_80B_plain_lines(benchmark::State& state) {
  fold_chunks(state, "process", std::string(79, 'p'));
}
BENCHMARK(BM_fold_process_256KiB_of_80B_plain_lines);

} // namespace
} // namespace troupe::agents
