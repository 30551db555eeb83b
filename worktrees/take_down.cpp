#include "worktrees/take_down.hpp"

#include <cerrno>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace troupe::worktrees {

namespace {

constexpr int directory_only = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

struct closed {
  void operator()(DIR* stream) const { ::closedir(stream); }
};

using directory = std::unique_ptr<DIR, closed>;

directory opened(int above, const char* name) {
  const int fd = ::openat(above, name, directory_only);
  DIR* stream = fd < 0 ? nullptr : ::fdopendir(fd);
  if (fd >= 0 && !stream)
    ::close(fd);
  return directory(stream);
}

void remove_files(int at, const git_tree* files) {
  git_repository* owner = git_tree_owner(files);
  for (std::size_t i = 0; i < git_tree_entrycount(files); ++i) {
    const auto* entry = git_tree_entry_byindex(files, i);
    const char* name = git_tree_entry_name(entry);
    if (git_tree_entry_type(entry) == GIT_OBJECT_BLOB)
      ::unlinkat(at, name, 0);
    if (git_tree_entry_type(entry) != GIT_OBJECT_TREE)
      continue;
    git_tree* below = nullptr;
    if (git_tree_lookup(&below, owner, git_tree_entry_id(entry)) != 0)
      continue;
    const tree held(below);
    if (const auto inside = opened(at, name))
      remove_files(::dirfd(inside.get()), below);
  }
}

bool is_directory(int at, const char* name) {
  struct stat status {};
  return ::fstatat(at, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(status.st_mode);
}

void remove_empty_directories(DIR* at) {
  std::vector<std::string> names;
  while (const auto* entry = ::readdir(at))
    if (const std::string name = entry->d_name; name != "." && name != "..")
      names.push_back(name);
  for (const auto& name : names) {
    if (!is_directory(::dirfd(at), name.c_str()))
      continue;
    if (const auto inside = opened(::dirfd(at), name.c_str()))
      remove_empty_directories(inside.get());
    ::unlinkat(::dirfd(at), name.c_str(), AT_REMOVEDIR);
  }
}

bool holds_only_git(DIR* at) {
  ::rewinddir(at);
  while (const auto* entry = ::readdir(at))
    if (const std::string name = entry->d_name;
        name != "." && name != ".." && name != ".git")
      return false;
  return true;
}

} // namespace

result<void> take_down(const std::string& path, const git_tree* files) {
  const auto top = opened(AT_FDCWD, path.c_str());
  if (!top)
    return fail(errc::not_found, "worktree: no directory " + path);
  remove_files(::dirfd(top.get()), files);
  remove_empty_directories(top.get());
  if (!holds_only_git(top.get()))
    return fail(
      errc::conflict,
      "worktree: " + path +
        " was written to while it was removed; what was written is still there, and "
        "git -C " +
        path + " checkout . brings back the rest");
  ::unlinkat(::dirfd(top.get()), ".git", 0);
  if (::rmdir(path.c_str()) != 0)
    return fail(errc::conflict, "worktree: " + path + " could not be removed");
  return {};
}

} // namespace troupe::worktrees
