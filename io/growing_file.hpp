#pragma once

#include "keeper/descriptor.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

namespace troupe::io {

using keeper::descriptor;

/// A regular file that others append to, read from an offset on. It is opened when
/// there is something to look at; until then it costs no descriptor. Links and
/// everything that is not a regular file count as absent. A file that was removed is
/// read to its end, then whatever has its name is looked at.
class growing_file {
public:
  growing_file(std::string path, std::uint64_t offset);

  struct reading {
    std::uint64_t offset = 0; ///< Of the first byte.
    std::string bytes;
    bool shrunk = false; ///< It was shorter than the offset; read from its start again.
    bool more = false;   ///< It had more than what is in bytes.
    bool unknown = false; ///< It could not be opened for want of descriptors or memory.
  };

  /// What follows the bytes read before, at most bytes_max.
  [[nodiscard]] reading read(std::size_t bytes_max);

  /// Free disk under the file or its directory, at most a second old; 0 if unknown.
  [[nodiscard]] std::uint64_t free_bytes();

  [[nodiscard]] const std::string& directory() const { return directory_; }
  [[nodiscard]] const std::string& name() const { return name_; }

private:
  bool open(reading& out);

  std::string path_;
  std::string directory_;
  std::string name_;
  std::uint64_t offset_;
  descriptor file_;
  std::uint64_t free_bytes_ = 0;
  std::chrono::steady_clock::time_point free_as_of_;
};

} // namespace troupe::io
