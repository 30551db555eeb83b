#pragma once

#include "protocol/record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// What the processes of a run may do to the machine, held by the kernel (Landlock).
/// Its cwd, its worktree and the directory for temporary files are always writable.
struct confinement {
  std::vector<std::string> writable;
  bool signals = false;
  std::optional<std::uint32_t> file_mb;
  std::optional<std::uint32_t> open_files;

  friend bool operator==(const confinement&, const confinement&) = default;

  static constexpr bool closed = true;
  static constexpr bool sketched = true;
  static constexpr auto fields() {
    return field_list{
      optional("writable", &confinement::writable, "Beside cwd; absolute, or ~/…"),
      optional("signals", &confinement::signals, "Also to processes not its own."),
      optional("file_mb", &confinement::file_mb, "Largest file."),
      optional("open_files", &confinement::open_files, "A process."),
    };
  }
};

} // namespace troupe
