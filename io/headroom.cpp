#include "io/headroom.hpp"

#include <algorithm>
#include <fstream>
#include <string>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

namespace troupe::io {

namespace {

std::optional<std::uint64_t> memory_available() {
  std::ifstream file("/proc/meminfo");
  std::string name;
  std::uint64_t kibibytes = 0;
  std::string unit;
  while (file >> name >> kibibytes) {
    if (name == "MemAvailable:")
      return kibibytes * 1024;
    std::getline(file, unit);
  }
  return {};
}

/// The size of that directory since Linux 6.2; before, 0.
std::optional<std::uint64_t> descriptors_open() {
  constexpr auto all = "/proc/self/fd";
  struct stat status {};
  if (::stat(all, &status) == 0 && status.st_size > 0)
    return static_cast<std::uint64_t>(status.st_size);
  std::error_code code;
  const std::filesystem::directory_iterator entry(all, code);
  if (code)
    return {};
  return static_cast<std::uint64_t>(std::distance(entry, {}));
}

std::optional<std::uint64_t> descriptors_left() {
  rlimit limit{};
  const auto open = descriptors_open();
  if (!open || ::getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return {};
  return limit.rlim_cur - std::min<std::uint64_t>(*open, limit.rlim_cur);
}

std::optional<std::uint64_t> disk_left(const std::filesystem::path& disk) {
  struct statvfs status {};
  if (::statvfs(disk.c_str(), &status) != 0)
    return {};
  return std::uint64_t{status.f_bavail} * status.f_frsize;
}

} // namespace

headroom look_around(const std::filesystem::path& disk) {
  return {
    .memory_bytes = memory_available(),
    .descriptors = descriptors_left(),
    .disk_bytes = disk_left(disk)};
}

} // namespace troupe::io
