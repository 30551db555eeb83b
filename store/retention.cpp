#include "store/retention.hpp"

#include "store/files.hpp"
#include "store/run_files.hpp"

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

result<void> remove_tree(const fs::path& directory) {
  allow_removal(directory);
  std::error_code code;
  fs::remove_all(directory, code);
  if (code)
    return fail(file_error(code.value(), "remove", directory));
  return {};
}

} // namespace

std::vector<std::string>
expired_runs(std::span<const run_record> runs, timestamp now, std::uint32_t days) {
  constexpr std::int64_t day_ms = 24 * 60 * 60 * 1000;
  std::vector<std::string> ids;
  for (const auto& run : runs) {
    const auto& view = run.view;
    if (
      days > 0 && is_final(view.status) && now.ms - view.updated_at.ms > days * day_ms)
      ids.push_back(view.run_id);
  }
  return ids;
}

std::vector<std::string> runs_too_many(
  std::span<const run_record> runs,
  const std::map<std::string, std::uint64_t>& bytes,
  std::uint64_t bytes_max) {
  std::uint64_t total = 0;
  std::map<std::string, const run_record*> newest;
  std::vector<const run_record*> candidates;
  for (const auto& run : runs) {
    const auto known = bytes.find(run.view.run_id);
    total += known == bytes.end() ? 0 : known->second;
    auto& last = newest[run.view.session_id];
    if (!last || last->view.created_at < run.view.created_at)
      last = &run;
    if (is_final(run.view.status))
      candidates.push_back(&run);
  }
  const auto goes_late = [&](const run_record* run) {
    return run->view.backend_session_id && newest[run->view.session_id] == run;
  };
  std::ranges::sort(candidates, {}, [&](const run_record* run) {
    return std::tuple(goes_late(run), run->view.updated_at, run->view.run_id);
  });
  std::vector<std::string> ids;
  for (const auto* run : candidates) {
    if (bytes_max == 0 || total <= bytes_max)
      break;
    const auto known = bytes.find(run->view.run_id);
    total -= known == bytes.end() ? 0 : known->second;
    ids.push_back(run->view.run_id);
  }
  return ids;
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

std::vector<std::string> plan_sweep(
  const layout& at, std::uint32_t days, std::uint64_t bytes_max, timestamp now) {
  auto runs = list_runs(at).runs;
  auto doomed = expired_runs(runs, now, days);
  if (bytes_max == 0)
    return doomed;
  const std::set<std::string> gone(doomed.begin(), doomed.end());
  std::erase_if(
    runs, [&](const run_record& run) { return gone.contains(run.view.run_id); });
  std::map<std::string, std::uint64_t> bytes;
  for (const auto& run : runs)
    bytes[run.view.run_id] = bytes_of_run(at, run.view.run_id);
  const auto more = runs_too_many(runs, bytes, bytes_max);
  doomed.insert(doomed.end(), more.begin(), more.end());
  return doomed;
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
  return remove_tree(doomed);
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
