#include "store/notices.hpp"

#include "protocol/json_text.hpp"
#include "store/files.hpp"

#include <algorithm>
#include <filesystem>

namespace troupe::store {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t notice_bytes_max = 1 << 20;

std::vector<fs::path> entries_of(const fs::path& directory) {
  std::vector<fs::path> found;
  std::error_code code;
  fs::directory_iterator entry(directory, code);
  for (; !code && entry != fs::directory_iterator(); entry.increment(code))
    found.push_back(entry->path());
  return found;
}

} // namespace

result<void> save_notice(const layout& at, const notice_record& notice) {
  if (auto made = make_directory(at.notice(notice.run_id, notice.seq)); !made)
    return made;
  return write_snapshot(
    at.notice_file(notice.run_id, notice.seq), encode_text(notice) + "\n");
}

result<void>
remove_notice(const layout& at, const std::string& run_id, std::uint64_t seq) {
  std::error_code code;
  const auto file = at.notice_file(run_id, seq);
  fs::remove(file, code);
  if (code)
    return fail(file_error(code.value(), "remove", file));
  return {};
}

std::vector<notice_record> load_notices(const layout& at) {
  std::vector<notice_record> found;
  for (const auto& run : entries_of(at.runs()))
    for (const auto& directory : entries_of(run / "notices")) {
      const auto text = read_file(directory / "notice.json", notice_bytes_max);
      auto notice = text ? decode_text<notice_record>(*text)
                         : result<notice_record>(fail(text.error()));
      if (notice && run.filename() == notice->run_id)
        found.push_back(std::move(*notice));
    }
  std::ranges::sort(found, {}, [](const notice_record& n) { return n.made_at.ms; });
  return found;
}

} // namespace troupe::store
