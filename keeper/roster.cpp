#include "keeper/roster.hpp"

#include "keeper/files.hpp"
#include "keeper/log.hpp"
#include "keeper/paths.hpp"
#include "protocol/json.hpp"

#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace troupe::keeper {

namespace {

namespace fs = std::filesystem;

} // namespace

roster::roster(const std::string& state_dir) : directory_(state_dir + "/processes") {
  if (auto made = private_directory(directory_); !made)
    log("roster not kept: " + made.error().message);
}

std::string roster::file(const attempt_key& key) const {
  return directory_ + "/" + file_name(key) + ".json";
}

/// A torn one is not understood, and its process is ended as unknown.
void roster::add(const roster_entry& entry) const {
  const auto path = file(entry.spawned.key);
  const auto text = encode_text(entry) + "\n";
  const descriptor fd(
    open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd || write(fd.get(), text.data(), text.size()) != std::ssize(text))
    log("roster not written path=" + path);
}

void roster::remove(const attempt_key& key) const {
  unlink(file(key).c_str());
}

std::vector<roster_entry> roster::all() const {
  std::vector<roster_entry> found;
  std::vector<std::string> useless;
  std::error_code why;
  for (const auto& each : fs::directory_iterator(directory_, why)) {
    const auto text = read_file(each.path().string());
    auto entry = decode_text<roster_entry>(text.value_or(""));
    if (entry && entry->spawned.left && file(entry->spawned.key) == each.path())
      found.push_back(std::move(*entry));
    else
      useless.push_back(each.path().string());
  }
  for (const auto& path : useless)
    unlink(path.c_str());
  return found;
}

} // namespace troupe::keeper
