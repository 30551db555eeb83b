#pragma once

#include "protocol/json.hpp"
#include "store/files.hpp"

#include <filesystem>
#include <string>

/// Files of one record with a version. Blocking; errors name the file.
namespace troupe::store {

inline constexpr int version_known = 1;

/// conflict if it is of a newer version, invalid_argument if it is damaged.
template <class Record>
[[nodiscard]] result<Record> load(const std::filesystem::path& file) {
  const auto text = read_file(file);
  if (!text)
    return fail(text.error());
  auto record = decode_text<Record>(*text);
  if (!record)
    return fail(record.error().code, file.string() + ": " + record.error().message);
  if (record->version > version_known)
    return fail(
      errc::conflict,
      file.string() + ": version " + std::to_string(record->version) +
        " is of a newer Troupe; this one knows " + std::to_string(version_known));
  return record;
}

template <class Record>
[[nodiscard]] result<void>
save(const std::filesystem::path& file, const Record& record) {
  return write_snapshot(file, encode_text(record) + "\n");
}

} // namespace troupe::store
