#pragma once

#include "protocol/result.hpp"
#include "protocol/values.hpp"
#include "store/files.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe {

/// The events of one run on disk: appended at the end, read by sequence number through
/// a sparse index that is built on first need. Blocking; the JOURNAL's alone.
class event_book {
public:
  explicit event_book(std::filesystem::path file) : file_(std::move(file)) {}

  /// Appends whole lines; the first has number `first_seq`. Lines that this book has
  /// appended before are left out: who got no answer in time says them again.
  [[nodiscard]] result<void> append(std::string_view lines, std::uint64_t first_seq);

  /// Whether an event is on disk; so is every one that nobody has told this book of.
  [[nodiscard]] bool has(std::uint64_t seq) const {
    return !last_seq_ || seq <= *last_seq_;
  }

  struct page {
    std::vector<raw_json> events;
    std::uint64_t last_seq = 0;
    bool more = false;
  };

  /// Events after a number, at most `limit` and `bytes_max`; one at least if there is
  /// one, shortened if it alone is too long.
  [[nodiscard]] result<page>
  read(std::uint64_t after_seq, std::uint32_t limit, std::size_t bytes_max);

private:
  [[nodiscard]] result<void> index();
  void note(std::string_view lines, std::uint64_t offset);
  [[nodiscard]] result<std::uint64_t> offset_after(std::uint64_t seq);

  std::filesystem::path file_;
  std::optional<store::line_log> log_;
  std::vector<std::uint64_t> marks_; ///< Offset of every 64th event, from the first.
  std::uint64_t noted_ = 0;          ///< Events the index knows.
  std::uint64_t noted_size_ = 0;
  std::optional<std::uint64_t> last_seq_; ///< None before the first append.
};

} // namespace troupe
