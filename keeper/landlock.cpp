#include "keeper/landlock.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace troupe::keeper {

namespace {

// <linux/landlock.h> of Linux 6.12; older headers lack the later parts.
constexpr std::uint64_t write_file = 1ULL << 1;
constexpr std::uint64_t truncate = 1ULL << 14;
constexpr std::uint64_t for_files = write_file | truncate;
/// Removing, making each kind of file, and moving between directories: bits 4 to 13.
constexpr std::uint64_t for_directories = for_files | 0x3FF0ULL;
constexpr std::uint64_t scope_signal = 1ULL << 1;
constexpr unsigned ask_version = 1;
constexpr int rule_path_beneath = 1;

constexpr int version_truncate = 3;
constexpr int version_scopes = 6;

struct ruleset_attributes {
  std::uint64_t handled_fs;
  std::uint64_t handled_net;
  std::uint64_t scoped;
};

struct [[gnu::packed]] path_beneath {
  std::uint64_t allowed;
  std::int32_t parent;
};

/// What every program writes to.
constexpr std::array devices{
  "/dev/null", "/dev/zero", "/dev/full", "/dev/tty", "/dev/ptmx", "/dev/pts"};

std::optional<error> lacking(int version, const fence& asked) {
  if (version == 0)
    return error{
      errc::refused,
      "confine: this kernel has no Landlock, or it is off (Linux 6.2, lsm=landlock); "
      "leave out confine, or run Troupe where there is one"};
  if (version < version_truncate)
    return error{
      errc::refused,
      "confine: Landlock of this kernel (version " + std::to_string(version) +
        ") cannot keep files from being truncated; it needs version 3 (Linux 6.2)"};
  if (!asked.signals && version < version_scopes)
    return error{
      errc::refused,
      "confine: Landlock of this kernel (version " + std::to_string(version) +
        ") cannot keep signals in; it needs version 6 (Linux 6.12), or confine.signals "
        "true"};
  return {};
}

/// 0, or the errno.
int allow(int ruleset, const std::string& path) {
  const descriptor at(open(path.c_str(), O_PATH | O_CLOEXEC));
  struct stat facts {};
  if (!at || fstat(at.get(), &facts) < 0)
    return errno;
  const path_beneath rule{
    S_ISDIR(facts.st_mode) ? for_directories : for_files, at.get()};
  const auto done =
    syscall(SYS_landlock_add_rule, ruleset, rule_path_beneath, &rule, 0U);
  return done < 0 ? errno : 0;
}

} // namespace

int landlock_version() {
  const char* probe = std::getenv("TROUPE_PROBE_LANDLOCK");
  if (probe && std::string_view(probe) == "0")
    return 0;
  const auto version = syscall(SYS_landlock_create_ruleset, nullptr, 0, ask_version);
  return version < 0 ? 0 : static_cast<int>(version);
}

result<descriptor> ruleset_for(const fence& asked) {
  const int version = landlock_version();
  if (auto lack = lacking(version, asked))
    return fail(std::move(*lack));
  const ruleset_attributes wanted{for_directories, 0, asked.signals ? 0 : scope_signal};
  const auto size = version < version_scopes ? sizeof(std::uint64_t) : sizeof wanted;
  descriptor ruleset(
    static_cast<int>(syscall(SYS_landlock_create_ruleset, &wanted, size, 0U)));
  if (!ruleset)
    return fail(errc::busy, std::string("confine: Landlock: ") + std::strerror(errno));
  for (const char* device : devices)
    allow(ruleset.get(), device);
  for (const auto& path : asked.if_there)
    allow(ruleset.get(), path);
  for (const auto& path : asked.writable)
    if (const int why = allow(ruleset.get(), path); why != 0)
      return fail(
        errc::invalid_argument,
        "confine.writable: " + path + ": " + std::strerror(why) +
          "; make it, or leave it out");
  return ruleset;
}

} // namespace troupe::keeper
