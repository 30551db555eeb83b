#include "cli/keeper_command.hpp"

#include "keeper/keeper.hpp"
#include "protocol/json.hpp"

#include <cstdio>
#include <filesystem>
#include <unistd.h>

namespace troupe::cli {

namespace {

/// Also after the file was replaced by a newer version.
std::string own_program() {
  constexpr std::string_view replaced = " (deleted)";
  std::error_code ignored;
  auto path = std::filesystem::read_symlink("/proc/self/exe", ignored).string();
  if (path.ends_with(replaced))
    path.resize(path.size() - replaced.size());
  return path;
}

int refuse(const keeper_command& told, const std::string& why) {
  std::fprintf(stderr, "troupe keeper: %s\n", why.c_str());
  if (told.ready_fd >= 0)
    dprintf(told.ready_fd, "%s\n", why.c_str());
  return keeper::keeper_failed;
}

} // namespace

result<std::string> find_supervisor(const std::string& own_program) {
  const auto directory = std::filesystem::path(own_program).parent_path();
  const auto beside = directory / "troupe-supervisor";
  const auto apart = directory.parent_path() / "libexec/troupe/troupe-supervisor";
  for (const auto& path : {beside, apart})
    if (access(path.c_str(), X_OK) == 0)
      return path.string();
  return fail(
    errc::not_found,
    "the installation is incomplete: there is no program " + beside.string() + " nor " +
      apart.string());
}

int keep(const place& where, const keeper_command& told) {
  if (where.inside_run)
    return refuse(told, forbidden_inside(where));
  const auto own = own_program();
  auto supervisor = find_supervisor(own);
  if (!supervisor)
    return refuse(told, supervisor.error().message + "; install Troupe again");
  keeper::keeper_options options;
  if (told.owner) {
    auto owner = decode_text<keeper::identity>(*told.owner);
    if (!owner)
      return refuse(told, "--owner: " + owner.error().message);
    options.owner = std::move(*owner);
  }
  options.fleeting = told.fleeting;
  options.state_dir = where.state;
  options.socket = where.socket;
  options.supervisor = {std::move(*supervisor), "--state-dir", where.state};
  options.hold = {own, "hold"};
  options.self = {own, "keeper", "--state-dir", where.state};
  if (told.owner)
    options.self.insert(options.self.end(), {"--owner", *told.owner});
  if (told.fleeting)
    options.self.emplace_back("--fleeting");
  options.ready_fd = told.ready_fd;
  options.manifest_fd = told.manifest_fd;
  return keeper::keeper_main(std::move(options));
}

} // namespace troupe::cli
