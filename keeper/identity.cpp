#include "keeper/identity.hpp"

#include "keeper/files.hpp"
#include "keeper/probes.hpp"
#include "keeper/processes.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <string_view>
#include <sys/syscall.h>
#include <unistd.h>

namespace troupe::keeper {

namespace {

constexpr std::size_t handle_bytes_max = 128; // MAX_HANDLE_SZ

/// file_handle with room for its bytes.
struct room_for_handle {
  alignas(file_handle) std::array<char, sizeof(file_handle) + handle_bytes_max> bytes{};

  file_handle* get() { return reinterpret_cast<file_handle*>(bytes.data()); }
};

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += digits[byte >> 4];
    text += digits[byte & 15];
  }
  return text;
}

std::optional<std::string> unhex(std::string_view text) {
  std::string bytes;
  for (; text.size() >= 2; text.remove_prefix(2)) {
    unsigned value = 0;
    const auto [end, bad] = std::from_chars(text.data(), text.data() + 2, value, 16);
    if (bad != std::errc() || end != text.data() + 2)
      return {};
    bytes += static_cast<char>(value);
  }
  return text.empty() ? std::optional(bytes) : std::nullopt;
}

/// Type and bytes of the handle, one after the other.
std::optional<std::string> handle_of(int pidfd) {
  if (!probes("TROUPE_PROBE_PIDFS"))
    return {};
  room_for_handle room;
  room.get()->handle_bytes = handle_bytes_max;
  int mount = 0;
  if (name_to_handle_at(pidfd, "", room.get(), &mount, AT_EMPTY_PATH) < 0)
    return {};
  const int type = room.get()->handle_type;
  std::string all(reinterpret_cast<const char*>(&type), sizeof type);
  all.append(
    reinterpret_cast<const char*>(room.get()->f_handle), room.get()->handle_bytes);
  return hex(all);
}

/// Nothing: these kernels cannot say. An empty descriptor: it is no more.
std::optional<descriptor> open_handle(const std::string& text) {
  const auto all = unhex(text);
  int type = 0;
  if (
    !probes("TROUPE_PROBE_PIDFS") || !all || all->size() <= sizeof type ||
    all->size() > sizeof type + handle_bytes_max)
    return {};
  room_for_handle room;
  std::memcpy(&type, all->data(), sizeof type);
  room.get()->handle_type = type;
  room.get()->handle_bytes = static_cast<unsigned>(all->size() - sizeof type);
  std::memcpy(
    room.get()->f_handle, all->data() + sizeof type, all->size() - sizeof type);
  const descriptor own(static_cast<int>(syscall(SYS_pidfd_open, getpid(), 0)));
  descriptor found(open_by_handle_at(own.get(), room.get(), O_CLOEXEC));
  if (!found && errno != ESTALE)
    return {};
  return found;
}

} // namespace

const std::string& boot_id() {
  static const std::string id = [] {
    auto text = read_file("/proc/sys/kernel/random/boot_id").value_or("");
    std::erase(text, '\n');
    return text;
  }();
  return id;
}

identity identify(int pid, int pidfd) {
  return {boot_id(), pid, start_of(pid), handle_of(pidfd)};
}

/// Unreaped at the last look, so the number was its own at the one before.
descriptor find_process(const identity& who) {
  if (who.boot.empty() || who.boot != boot_id() || who.pid <= 0)
    return {};
  auto by_handle = who.handle ? open_handle(*who.handle) : std::nullopt;
  descriptor found =
    by_handle ? std::move(*by_handle)
              : descriptor(static_cast<int>(syscall(SYS_pidfd_open, who.pid, 0)));
  const bool is_it =
    by_handle || (who.started != 0 && start_of(who.pid) == who.started);
  return found && is_it && is_unreaped(found.get()) ? std::move(found) : descriptor();
}

} // namespace troupe::keeper
