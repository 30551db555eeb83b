#pragma once

#include "protocol/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace troupe::keeper {

/// All of a small file (a kernel's, or one of ours), at most 1 MiB; nothing if it
/// cannot be read.
[[nodiscard]] std::optional<std::string> read_file(const std::string& path);

/// Path of a file of a process in /proc; proc(5).
[[nodiscard]] std::string proc(int pid, const char* file);

/// One write to an existing file, as the kernel's control files want it; false if it is
/// not there or refuses.
bool write_control(const std::string& path, std::string_view text);

/// All of it, however many writes that takes; false with errno if one fails.
[[nodiscard]] bool write_all(int fd, std::string_view text);

/// Puts a new file in the place of the old one, mode 0600, whole or not at all.
/// `durable` waits until it would survive a power cut.
[[nodiscard]] result<void>
replace_file(const std::string& path, std::string_view text, bool durable);

/// `what: path: strerror`
[[nodiscard]] tl::unexpected<error>
fail_errno(errc code, std::string_view what, const std::string& path);

} // namespace troupe::keeper
