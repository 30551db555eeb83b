#include "store/retention.hpp"

#include "store/files.hpp"
#include "store/notices.hpp"
#include "store/run_files.hpp"
#include "store/team_files.hpp"

#include "protocol/identity.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <set>
#include <tuple>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

namespace troupe::store {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view removed_prefix = ".removed-";

/// Transcripts may carry the append-only attribute, which forbids removing them too.
void allow_removal(const fs::path& directory) {
  std::error_code code;
  if (fs::is_symlink(fs::symlink_status(directory, code)))
    return;
  fs::recursive_directory_iterator entry(directory, code);
  for (; !code && entry != fs::recursive_directory_iterator(); entry.increment(code)) {
    const descriptor file(
      ::open(entry->path().c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    int flags = 0;
    if (!file || ::ioctl(file.get(), FS_IOC_GETFLAGS, &flags) != 0)
      continue;
    flags &= ~FS_APPEND_FL;
    ::ioctl(file.get(), FS_IOC_SETFLAGS, &flags);
  }
}

std::uint64_t bytes_of(const kept_runs& all, const std::string& run_id) {
  const auto known = all.bytes.find(run_id);
  return known == all.bytes.end() ? 0 : known->second;
}

std::map<std::string, const run_record*> newest_by_session(const kept_runs& all) {
  std::map<std::string, const run_record*> newest;
  for (const auto& run : all.runs) {
    auto& last = newest[run.view.session_id];
    if (!last || last->view.created_at < run.view.created_at)
      last = &run;
  }
  return newest;
}

std::vector<const run_record*> removable(const kept_runs& all) {
  std::set<std::string> live_sessions;
  for (const auto& run : all.runs)
    if (!is_final(run.view.status))
      live_sessions.insert(run.view.session_id);
  std::vector<const run_record*> found;
  for (const auto& run : all.runs)
    if (
      !live_sessions.contains(run.view.session_id) &&
      !all.needed.contains(run.view.run_id))
      found.push_back(&run);
  return found;
}

result<void> remove_tree(const fs::path& directory) {
  allow_removal(directory);
  std::error_code code;
  fs::remove_all(directory, code);
  if (code)
    return fail(file_error(code.value(), "remove", directory));
  return {};
}

} // namespace

std::vector<doomed_run> runs_to_remove(
  const kept_runs& all, std::uint32_t days, std::uint64_t bytes_max, timestamp now) {
  constexpr std::int64_t day_ms = 24 * 60 * 60 * 1000;
  const auto newest = newest_by_session(all);
  const auto is_expired = [&](const run_record* run) {
    return days > 0 && now.ms - run->view.updated_at.ms > days * day_ms;
  };
  const auto goes_late = [&](const run_record* run) {
    return !is_expired(run) && run->view.backend_session_id &&
           newest.at(run->view.session_id) == run;
  };
  auto candidates = removable(all);
  std::ranges::sort(candidates, {}, [&](const run_record* run) {
    return std::tuple(goes_late(run), run->view.updated_at, run->view.run_id);
  });
  std::uint64_t total = 0;
  for (const auto& run : all.runs)
    total += bytes_of(all, run.view.run_id);
  std::vector<doomed_run> doomed;
  for (const auto* run : candidates) {
    if (!is_expired(run) && (bytes_max == 0 || total <= bytes_max))
      break;
    total -= bytes_of(all, run->view.run_id);
    doomed.push_back({run->view.run_id, run->view.session_id});
  }
  return doomed;
}

std::set<std::string> needed_runs(const layout& at, std::span<const run_record> runs) {
  std::set<std::string> needed;
  for (const auto& team : list_teams(at, {}, 0).teams)
    if (!is_final(team.view.phase))
      for (const auto& [path, member] : team.members)
        for (const auto& run_id : {member.run_id, member.predecessor})
          if (run_id)
            needed.insert(*run_id);
  for (const auto& notice : load_notices(at))
    needed.insert(notice.run_id);
  std::error_code code;
  for (const auto& run : runs)
    if (fs::exists(at.worktree(run.view.run_id), code))
      needed.insert(run.view.run_id);
  return needed;
}

std::uint64_t bytes_of_run(const layout& at, const std::string& run_id) {
  std::uint64_t bytes = 0;
  std::error_code code;
  fs::recursive_directory_iterator entry(at.run(run_id), code);
  for (; !code && entry != fs::recursive_directory_iterator(); entry.increment(code)) {
    struct stat status {};
    if (::lstat(entry->path().c_str(), &status) == 0)
      bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
  }
  return bytes;
}

std::vector<doomed_run> plan_sweep(
  const layout& at, std::uint32_t days, std::uint64_t bytes_max, timestamp now) {
  kept_runs all{.runs = list_runs(at).runs, .needed = {}, .bytes = {}};
  all.needed = needed_runs(at, all.runs);
  if (bytes_max > 0)
    for (const auto& run : all.runs)
      all.bytes[run.view.run_id] = bytes_of_run(at, run.view.run_id);
  return runs_to_remove(all, days, bytes_max, now);
}

result<void> remove_run(const layout& at, const std::string& run_id) {
  if (!is_run_id(run_id))
    return fail(errc::invalid_argument, "\"" + run_id + "\" is not a run id");
  const auto directory = at.run(run_id);
  std::error_code ignored;
  if (fs::is_symlink(fs::symlink_status(directory, ignored)))
    return fail(file_error(ELOOP, "remove", directory));
  const auto run = load_run(at, run_id);
  if (!run)
    return fail(run.error());
  if (!is_final(run->view.status))
    return fail(
      errc::conflict, "run " + run_id + " is not final; cancel it before removing it");
  const auto doomed = at.runs() / (std::string(removed_prefix) + run_id);
  if (::rename(directory.c_str(), doomed.c_str()) != 0)
    return fail(file_error(errno, "remove", directory));
  const auto session = load_session(at, run->view.session_id);
  if (session && session->last_run_id == run_id)
    for (const auto& file :
         {at.session_file(run->view.session_id), at.inbox_file(run->view.session_id)})
      fs::remove(file, ignored);
  return {};
}

result<void> finish_removals(const layout& at) {
  std::vector<fs::path> left;
  std::error_code code;
  fs::directory_iterator entry(at.runs(), code);
  for (; !code && entry != fs::directory_iterator(); entry.increment(code))
    if (entry->path().filename().string().starts_with(removed_prefix))
      left.push_back(entry->path());
  for (const auto& directory : left)
    if (auto gone = remove_tree(directory); !gone)
      return gone;
  return {};
}

} // namespace troupe::store
