#pragma once

#include "keeper/descriptor.hpp"
#include "protocol/result.hpp"

#include <optional>
#include <string>
#include <utility>

namespace troupe::cli {

/// The configuration file of another program, which may write it at the same time.
class client_file {
public:
  static constexpr std::size_t bytes_max = 64 * 1024 * 1024;

  /// Through links to the file itself, which need not be there. `shared`: it is for
  /// others to read too, if it is made.
  client_file(std::string path, bool shared);

  [[nodiscard]] const std::string& path() const { return path_; }

  /// Nothing if it is not there.
  [[nodiscard]] result<std::optional<std::string>> read() const;

  /// Puts `text` in its place, or removes it, if it still has what was read: else
  /// errc::busy, and nothing is changed.
  [[nodiscard]] result<void> replace(
    const std::optional<std::string>& was, const std::optional<std::string>& text);

private:
  [[nodiscard]] result<void> write(const std::string& text);

  std::string path_;
  bool shared_;
};

/// The lock that Claude Code takes while it writes `<file>`: a directory `<file>.lock`,
/// which counts as left behind when it is 10 s old. Held as long as this lives.
class client_lock {
public:
  /// errc::busy after 5 s.
  [[nodiscard]] static result<client_lock> take(const std::string& file);

  client_lock(client_lock&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  client_lock& operator=(client_lock&&) = delete;
  ~client_lock();

private:
  explicit client_lock(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

} // namespace troupe::cli
