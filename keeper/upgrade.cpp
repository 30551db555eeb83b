#include "keeper/upgrade.hpp"

#include "keeper/files.hpp"
#include "keeper/log.hpp"
#include "protocol/json.hpp"

#include <unistd.h>

namespace troupe::keeper {

namespace {

std::string file_in(const std::string& state_dir) {
  return state_dir + "/upgrade.json";
}

} // namespace

result<void> ask_upgrade(const std::string& state_dir, const std::string& program) {
  return replace_file(
    file_in(state_dir), encode_text(upgrade_request{program, {}}) + "\n", false);
}

std::optional<upgrade_request> read_upgrade(const std::string& state_dir) {
  const auto text = read_file(file_in(state_dir));
  auto what = decode_text<upgrade_request>(text.value_or(""));
  return what ? std::optional(std::move(*what)) : std::nullopt;
}

std::optional<std::string> take_upgrade(const std::string& state_dir) {
  const auto asked = read_upgrade(state_dir);
  if (!asked || asked->refusal)
    return {};
  if (!asked->program.starts_with('/') || access(asked->program.c_str(), X_OK) < 0) {
    refuse_upgrade(state_dir, "the keeper may not execute " + asked->program);
    return {};
  }
  unlink(file_in(state_dir).c_str());
  return asked->program;
}

void refuse_upgrade(const std::string& state_dir, const std::string& why) {
  log("upgrade refused: " + why);
  const auto text = encode_text(upgrade_request{"", why}) + "\n";
  if (auto told = replace_file(file_in(state_dir), text, false); !told)
    log(told.error().message);
}

will_report will_of(
  std::vector<std::string> argv, mode_t umask, const rlimit& files, timestamp started) {
  return {std::move(argv), umask, files.rlim_cur, files.rlim_max, started};
}

} // namespace troupe::keeper
