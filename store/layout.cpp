#include "store/layout.hpp"

#include <algorithm>

namespace troupe::store {

namespace fs = std::filesystem;

namespace {

constexpr bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         c == '_' || c == '-';
}

std::string plain(std::string id) {
  std::ranges::replace_if(
    id, [](char c) { return !is_plain(c); }, '_');
  return id.empty() ? "_" : id;
}

} // namespace

fs::path layout::runs() const {
  return state / "runs";
}

fs::path layout::worktrees() const {
  return state / "worktrees";
}

fs::path layout::worktree(const std::string& run_id) const {
  return worktrees() / plain(run_id);
}

fs::path layout::run(const std::string& run_id) const {
  return runs() / plain(run_id);
}

fs::path layout::run_file(const std::string& run_id) const {
  return run(run_id) / "run.json";
}

fs::path layout::launch_file(const std::string& run_id) const {
  return run(run_id) / "launch.json";
}

fs::path layout::events_file(const std::string& run_id) const {
  return run(run_id) / "events.jsonl";
}

fs::path layout::result_file(const std::string& run_id) const {
  return run(run_id) / "result.json";
}

fs::path layout::attempt(const std::string& run_id, std::uint32_t n) const {
  return run(run_id) / "attempts" / std::to_string(n);
}

fs::path layout::stdout_file(const std::string& run_id, std::uint32_t n) const {
  return attempt(run_id, n) / "stdout.ndjson";
}

fs::path layout::stderr_file(const std::string& run_id, std::uint32_t n) const {
  return attempt(run_id, n) / "stderr.log";
}

fs::path layout::inputs_file(const std::string& run_id, std::uint32_t n) const {
  return attempt(run_id, n) / "inputs.ndjson";
}

fs::path layout::token_file(const std::string& run_id, std::uint32_t n) const {
  return attempt(run_id, n) / "token";
}

fs::path layout::notice(const std::string& run_id, std::uint64_t seq) const {
  return run(run_id) / "notices" / std::to_string(seq);
}

fs::path layout::notice_file(const std::string& run_id, std::uint64_t seq) const {
  return notice(run_id, seq) / "notice.json";
}

fs::path layout::session_file(const std::string& session_id) const {
  return state / "sessions" / (plain(session_id) + ".json");
}

fs::path layout::inbox_file(const std::string& session_id) const {
  return state / "inboxes" / (plain(session_id) + ".json");
}

fs::path layout::teams() const {
  return state / "teams";
}

fs::path layout::team(const std::string& team_id) const {
  return teams() / plain(team_id);
}

fs::path layout::team_file(const std::string& team_id) const {
  return team(team_id) / "team.json";
}

fs::path layout::team_launch_file(const std::string& team_id) const {
  return team(team_id) / "launch.json";
}

} // namespace troupe::store
