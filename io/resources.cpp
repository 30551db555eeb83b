#include "io/resources.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/resource.h>
#include <sys/stat.h>

namespace troupe::io {

namespace {

/// Linux says it as the size of the directory since 6.2; before, it is counted.
std::uint64_t descriptors_open() {
  constexpr const char* directory = "/proc/self/fd";
  struct stat status {};
  if (::stat(directory, &status) == 0 && status.st_size > 0)
    return static_cast<std::uint64_t>(status.st_size);
  std::error_code code;
  const std::filesystem::directory_iterator all(directory, code);
  return code ? 0 : static_cast<std::uint64_t>(std::distance(begin(all), end(all)));
}

} // namespace

std::optional<std::uint64_t> memory_available_mb(const std::string& meminfo) {
  std::ifstream file(meminfo);
  std::string name;
  std::uint64_t kib = 0;
  for (std::string rest; file >> name >> kib; std::getline(file, rest))
    if (name == "MemAvailable:")
      return kib / 1024;
  return {};
}

std::optional<std::uint64_t> descriptors_left() {
  rlimit most{};
  if (::getrlimit(RLIMIT_NOFILE, &most) != 0 || most.rlim_cur == RLIM_INFINITY)
    return {};
  const auto open = descriptors_open();
  return most.rlim_cur > open ? most.rlim_cur - open : 0;
}

} // namespace troupe::io
