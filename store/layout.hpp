#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace troupe::store {

/// Where everything lies on disk (docs/storage.md); the only place that knows names.
/// Whatever an id holds, the path stays below the state directory: characters that no
/// id of ours has become `_`.
struct layout {
  std::filesystem::path state; ///< The state directory, 0700.

  [[nodiscard]] std::filesystem::path runs() const;
  [[nodiscard]] std::filesystem::path worktrees() const;
  [[nodiscard]] std::filesystem::path worktree(const std::string& run_id) const;
  [[nodiscard]] std::filesystem::path run(const std::string& run_id) const;
  [[nodiscard]] std::filesystem::path run_file(const std::string& run_id) const;
  [[nodiscard]] std::filesystem::path launch_file(const std::string& run_id) const;
  [[nodiscard]] std::filesystem::path events_file(const std::string& run_id) const;
  [[nodiscard]] std::filesystem::path result_file(const std::string& run_id) const;
  [[nodiscard]] std::filesystem::path
  attempt(const std::string& run_id, std::uint32_t n) const;
  [[nodiscard]] std::filesystem::path
  stdout_file(const std::string& run_id, std::uint32_t n) const;
  [[nodiscard]] std::filesystem::path
  stderr_file(const std::string& run_id, std::uint32_t n) const;
  [[nodiscard]] std::filesystem::path
  inputs_file(const std::string& run_id, std::uint32_t n) const;
  [[nodiscard]] std::filesystem::path
  token_file(const std::string& run_id, std::uint32_t n) const;
  [[nodiscard]] std::filesystem::path
  notice(const std::string& run_id, std::uint64_t seq) const;
  [[nodiscard]] std::filesystem::path
  notice_file(const std::string& run_id, std::uint64_t seq) const;
  [[nodiscard]] std::filesystem::path session_file(const std::string& session_id) const;
  [[nodiscard]] std::filesystem::path inbox_file(const std::string& session_id) const;
  [[nodiscard]] std::filesystem::path teams() const;
  [[nodiscard]] std::filesystem::path team(const std::string& team_id) const;
  [[nodiscard]] std::filesystem::path team_file(const std::string& team_id) const;
  [[nodiscard]] std::filesystem::path
  team_launch_file(const std::string& team_id) const;
};

} // namespace troupe::store
