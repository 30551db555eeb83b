#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace troupe::io {

/// A directory of the test's own, removed with it.
class scratch {
public:
  scratch() {
    auto pattern = testing::TempDir() + "troupe-io-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  scratch(const scratch&) = delete;
  scratch& operator=(const scratch&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string path(const std::string& name) const {
    return path_ + "/" + name;
  }

  void append(const std::string& name, std::string_view bytes) const {
    std::ofstream(path(name), std::ios::app) << bytes;
  }

private:
  std::string path_;
};

} // namespace troupe::io
