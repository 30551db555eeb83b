#include "mcp/ranges.hpp"

#include "mcp/budget.hpp"

namespace troupe::mcp {

namespace {

template <class Params>
check names_a_run(const Params& params) {
  if (params.run_id || params.agent_name)
    return {};
  return mismatch{"run_id", "required, or agent_name; list_runs tells both"};
}

} // namespace

check outside(
  std::string_view name, std::uint64_t x, std::uint64_t low, std::uint64_t high) {
  if (x >= low && x <= high)
    return {};
  return mismatch{
    std::string(name),
    std::to_string(x) + " is out of range; allowed are " + std::to_string(low) +
      " to " + std::to_string(high)};
}

check unfit(const spawn_run& params) {
  if (!params.prompt && !params.input_message)
    return mismatch{"prompt", "required, or input_message"};
  if (params.mode == session_mode::resume && !params.session_id)
    return mismatch{"session_id", "required when session_mode is resume"};
  return {};
}

check unfit(const get_run& params) {
  return names_a_run(params);
}

check unfit(const poll_events& params) {
  if (auto c = names_a_run(params))
    return c;
  if (auto c = outside("limit", params.limit, 1, 1000))
    return c;
  if (auto c = outside("wait_ms", params.wait_ms, 0, 30'000))
    return c;
  return outside("max_bytes", params.max_bytes, answer_bytes_min, answer_bytes_max);
}

check unfit(const cancel_run& params) {
  if (auto c = names_a_run(params))
    return c;
  return outside("wait_ms", params.wait_ms, 0, 50'000);
}

check unfit(const continue_run& params) {
  return names_a_run(params);
}

check unfit(const list_runs& params) {
  return outside("limit", params.limit, 1, 100);
}

check unfit(const wait_runs& params) {
  if (auto c = outside("run_ids", params.run_ids.size(), 1, 100)) {
    c->reason =
      "name 1 to 100 runs; " + std::to_string(params.run_ids.size()) + " were given";
    return c;
  }
  return outside("wait_ms", params.wait_ms, 0, 50'000);
}

} // namespace troupe::mcp
