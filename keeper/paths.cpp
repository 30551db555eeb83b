#include "keeper/paths.hpp"

#include "keeper/files.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace troupe::keeper {

namespace {

/// XDG: a path that is not absolute counts as not set.
std::optional<std::string> absolute_from(const char* name) {
  const char* value = std::getenv(name);
  if (!value || *value != '/')
    return {};
  return value;
}

std::optional<std::string> home() {
  if (auto set = absolute_from("HOME"))
    return set;
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> text{};
  getpwuid_r(getuid(), &entry, text.data(), text.size(), &found);
  if (!found)
    return {};
  return std::string(found->pw_dir);
}

std::optional<std::string> wanted_state_dir(const std::optional<std::string>& given) {
  if (given && !given->empty())
    return given;
  if (const char* set = std::getenv("TROUPE_STATE_DIR"); set && *set)
    return set;
  if (const auto state = absolute_from("XDG_STATE_HOME"))
    return *state + "/troupe";
  if (const auto at = home())
    return *at + "/.local/state/troupe";
  return {};
}

bool is_own_directory(const std::string& path) {
  struct stat facts {};
  return stat(path.c_str(), &facts) == 0 && S_ISDIR(facts.st_mode) &&
         facts.st_uid == getuid();
}

std::string socket_directory() {
  const auto uid = std::to_string(getuid());
  if (const auto runtime = absolute_from("XDG_RUNTIME_DIR"))
    if (is_own_directory(*runtime))
      return *runtime + "/troupe";
  if (is_own_directory("/run/user/" + uid))
    return "/run/user/" + uid + "/troupe";
  return "/tmp/troupe-" + uid;
}

} // namespace

result<std::string> state_dir(const std::optional<std::string>& given) {
  const auto wanted = wanted_state_dir(given);
  if (!wanted)
    return fail(
      errc::invalid_argument,
      "no home directory is known; give --state-dir a directory");
  std::error_code why;
  const auto absolute = std::filesystem::absolute(*wanted, why);
  auto canonical = std::filesystem::weakly_canonical(absolute, why).lexically_normal();
  if (why)
    return fail(
      errc::invalid_argument, "state directory " + *wanted + ": " + why.message());
  auto text = canonical.string();
  while (text.size() > 1 && text.ends_with('/'))
    text.pop_back();
  return text;
}

std::string short_hash(std::string_view state_dir) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : state_dir)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  hash ^= hash >> 32;
  std::string text;
  for (int shift = 28; shift >= 0; shift -= 4)
    text += "0123456789abcdef"[(hash >> shift) & 15U];
  return text;
}

result<std::string> socket_path(const std::string& state_dir) {
  const auto directory = socket_directory();
  auto path = directory + "/" + short_hash(state_dir) + ".sock";
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    return fail(
      errc::invalid_argument,
      "the socket's path is too long: " + path +
        "; set XDG_RUNTIME_DIR to a shorter one");
  if (auto made = private_directory(directory); !made)
    return fail(std::move(made.error()));
  return path;
}

result<void> private_directory(const std::string& path) {
  std::error_code ignored;
  std::filesystem::create_directories(
    std::filesystem::path(path).parent_path(), ignored);
  if (mkdir(path.c_str(), 0700) < 0 && errno != EEXIST)
    return fail_errno(errc::invalid_argument, "cannot make directory", path);
  struct stat facts {};
  if (lstat(path.c_str(), &facts) < 0)
    return fail_errno(errc::invalid_argument, "cannot look at", path);
  if (!S_ISDIR(facts.st_mode))
    return fail(
      errc::refused, path + " is not a directory; remove it or choose another");
  if (facts.st_uid != getuid())
    return fail(
      errc::refused, path + " belongs to another user; remove it or choose another");
  if ((facts.st_mode & 077U) != 0 && chmod(path.c_str(), 0700) < 0)
    return fail_errno(errc::refused, "cannot close to others", path);
  return {};
}

} // namespace troupe::keeper
