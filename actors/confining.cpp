#include "actors/confining.hpp"

#include "protocol/text.hpp"

#include <algorithm>
#include <filesystem>

namespace troupe {

namespace {

std::string
value_of(const agents::environment& env, const char* name, const char* otherwise) {
  const auto it = env.find(name);
  return it == env.end() || it->second.empty() ? otherwise : it->second;
}

bool is_at_home(const std::string& path) {
  return path == "~" || path.starts_with("~/");
}

bool is_within(const std::string& path, const std::string& directory) {
  const auto below =
    std::filesystem::path(path).lexically_normal().lexically_relative(directory);
  return !below.empty() && *below.begin() != "..";
}

} // namespace

keeper::fence fence_of(
  const confinement& asked,
  const std::string& cwd,
  const agents::environment& env,
  const std::optional<worktree_view>& worktree) {
  keeper::fence held{
    .writable = {cwd},
    .if_there = {value_of(env, "TMPDIR", "/tmp"), "/dev/shm"},
    .signals = asked.signals,
    .file_mb = asked.file_mb,
    .open_files = asked.open_files};
  const auto home = value_of(env, "HOME", "/nonexistent");
  for (const auto& path : asked.writable)
    held.writable.push_back(is_at_home(path) ? home + path.substr(1) : path);
  if (!worktree)
    return held;
  const std::filesystem::path shared(worktree->repository);
  const auto own = std::filesystem::path(worktree->path).filename();
  held.writable.push_back(worktree->path);
  for (const auto& part :
       {shared / "objects",
        shared / "refs",
        shared / "logs",
        shared / "worktrees" / own})
    held.if_there.push_back(part);
  return held;
}

result<void> check_paths(const confinement& asked) {
  constexpr std::size_t paths_max = 64;
  if (asked.writable.size() > paths_max)
    return fail(errc::invalid_argument, "confine.writable: at most 64 paths");
  for (const auto& path : asked.writable)
    if (!path.starts_with('/') && !is_at_home(path))
      return fail(
        errc::invalid_argument,
        "confine.writable: must be absolute or begin with ~/, got " +
          one_line(path, 200));
  return {};
}

result<void> check_place(
  const std::string& cwd, const confinement& parent, const std::string& above) {
  auto allowed = parent.writable;
  allowed.push_back(above);
  if (std::ranges::any_of(allowed, [&](const auto& a) { return is_within(cwd, a); }))
    return {};
  return fail(
    errc::refused,
    "cwd: this run is confined to " + above +
      " and may start runs only there, not in " + one_line(cwd, 200));
}

} // namespace troupe
