#include "cli/setup_command.hpp"

#include "cli/client_file.hpp"
#include "cli/console.hpp"
#include "cli/http_url.hpp"
#include "cli/registration.hpp"

#include <cstdlib>
#include <filesystem>
#include <pwd.h>
#include <unistd.h>

namespace troupe::cli {

namespace {

constexpr std::size_t name_bytes_max = 40;
constexpr const char* token_name = "TROUPE_HTTP_TOKEN";

struct client_facts {
  const char* word;          ///< In `troupe setup`.
  const char* name;          ///< For people.
  const char* home_variable; ///< Names the directory of its configuration.
  const char* in_home;       ///< That directory, from the home directory on.
  const char* user_file;     ///< In that directory.
  const char* project_file;  ///< From the project on.
};

client_facts facts_of(client_program client) {
  switch (client) {
  case client_program::claude:
    return {
      "claude", "Claude Code", "CLAUDE_CONFIG_DIR", "", ".claude.json", ".mcp.json"};
  case client_program::codex:
    return {
      "codex", "Codex", "CODEX_HOME", ".codex", "config.toml", ".codex/config.toml"};
  case client_program::gemini:
    return {
      "gemini", "Gemini CLI", "", ".gemini", "settings.json", ".gemini/settings.json"};
  }
  return {};
}

std::string from_environment(const char* name) {
  const char* value = *name != '\0' ? std::getenv(name) : nullptr;
  return value ? value : "";
}

std::string home_directory() {
  if (auto set = from_environment("HOME"); set.starts_with('/'))
    return set;
  const passwd* entry = getpwuid(getuid());
  return entry ? entry->pw_dir : "";
}

result<std::string> file_of(const setup_options& wanted) {
  const auto facts = facts_of(wanted.client);
  namespace fs = std::filesystem;
  std::error_code why;
  if (wanted.project)
    return (fs::current_path(why) / facts.project_file).string();
  auto directory = fs::path(from_environment(facts.home_variable));
  if (directory.empty() && home_directory().empty())
    return fail(errc::invalid_argument, "no home directory is known; set HOME");
  if (directory.empty())
    directory = fs::path(home_directory()) / facts.in_home;
  return fs::absolute(directory / facts.user_file, why).lexically_normal().string();
}

/// This one, also after it was replaced by a newer version. A project is shared with
/// people who have theirs elsewhere.
std::string program_for(const setup_options& wanted) {
  constexpr std::string_view replaced = " (deleted)";
  std::error_code why;
  auto own = std::filesystem::read_symlink("/proc/self/exe", why).string();
  if (own.ends_with(replaced))
    own.resize(own.size() - replaced.size());
  return wanted.project || why ? "troupe" : own;
}

registration started_by_client(const place& where, const setup_options& wanted) {
  registration what;
  what.argv = {program_for(wanted), "mcp"};
  if (wanted.standalone)
    what.argv.emplace_back("--standalone");
  if (wanted.toolsets)
    what.argv.insert(what.argv.end(), {"--toolsets", *wanted.toolsets});
  const bool usual = where.state == home_directory() + "/.local/state/troupe";
  if (!usual && !wanted.project && !wanted.standalone)
    what.argv.insert(what.argv.end(), {"--state-dir", where.state});
  const auto runtime = from_environment("XDG_RUNTIME_DIR");
  const auto given = "/run/user/" + std::to_string(getuid());
  if (runtime.starts_with('/') && runtime != given && !wanted.project)
    what.env["XDG_RUNTIME_DIR"] = runtime;
  return what;
}

result<registration> reached_over_http(const place& where, bool project) {
  const auto door = read_http_place(where.state);
  if (!door || door->problem)
    return fail(
      errc::unavailable,
      door
        ? "HTTP " + told_of(*door)
        : "the daemon serves no HTTP, so there is no URL to enter; say `http: "
          "{address: \"127.0.0.1:7777\"}` in troupe.yml and `troupe daemon restart`");
  auto access = access_to(*door);
  if (!access)
    return fail(std::move(access.error()));
  registration what;
  what.http = std::move(*access);
  if (project)
    what.token_variable = token_name;
  return what;
}

/// What every one of these programs takes for a name, and makes names of tools of.
result<void> check_name(const std::string& name) {
  const bool plain =
    !name.empty() && name.size() <= name_bytes_max &&
    name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                           "0123456789-_") == std::string::npos;
  if (plain)
    return {};
  return fail(
    errc::invalid_argument,
    "--name: a server's name has 1 to " + std::to_string(name_bytes_max) +
      " characters A-Z a-z 0-9 - _");
}

result<registration> wanted_entry(const place& where, const setup_options& wanted) {
  auto what = wanted.http ? reached_over_http(where, wanted.project)
                          : result<registration>(started_by_client(where, wanted));
  if (what)
    what->name = wanted.name;
  return what;
}

/// What the file is to say; nothing: it goes.
result<std::optional<std::string>> edited(
  const setup_options& wanted,
  const std::optional<std::string>& before,
  const registration& what) {
  auto text = wanted.remove ? withdrawn(wanted.client, before.value_or(""), wanted.name)
                            : entered(wanted.client, before.value_or(""), what);
  if (!text)
    return fail(std::move(text.error()));
  if (wanted.remove && (!before || (*text != *before && says_nothing(*text))))
    return std::optional<std::string>();
  return std::optional(std::move(*text));
}

std::string secret_of(const registration& what) {
  if (!what.http || !what.http->authorization || what.token_variable)
    return {};
  const auto& header = *what.http->authorization;
  return header.substr(header.find(' ') + 1);
}

void tell_done(const setup_options& wanted, const registration& what) {
  const auto facts = facts_of(wanted.client);
  if (wanted.dry_run)
    return (void)print("nothing was written\n");
  if (wanted.remove)
    return (void)print(std::string("taken out of ") + facts.name + "\n");
  std::string text = std::string("entered in ") + facts.name +
                     "; sessions that begin from now on have it\n";
  if (what.token_variable && what.http && what.http->authorization)
    text += std::string("set ") + token_name +
            " where it is started: `troupe daemon url` says the token\n";
  print(
    text + "to undo: troupe setup " + facts.word + " --remove" +
    (wanted.project ? " --project" : "") +
    (wanted.name == "troupe" ? "" : " --name " + wanted.name) + "\n");
}

result<void>
change(client_file& file, const setup_options& wanted, const registration& what) {
  const auto before = file.read();
  if (!before)
    return fail(before.error());
  auto after = edited(wanted, *before, what);
  if (!after) {
    auto why = std::move(after.error());
    why.message = file.path() + ": " + why.message + "; nothing was changed";
    return fail(std::move(why));
  }
  if (*after == *before) {
    print(
      file.path() + (wanted.remove ? " has no such server\n" : " says so already\n"));
    return {};
  }
  print(difference(file.path(), *before, *after, secret_of(what)));
  if (!wanted.dry_run)
    if (auto done = file.replace(*before, *after); !done)
      return done;
  tell_done(wanted, what);
  return {};
}

/// Claude Code keeps what changes all the time in that file too.
result<std::optional<client_lock>>
lock_for(const setup_options& wanted, const client_file& file) {
  if (wanted.client != client_program::claude || wanted.project || wanted.dry_run)
    return std::optional<client_lock>();
  auto lock = client_lock::take(file.path());
  if (!lock)
    return fail(std::move(lock.error()));
  return std::optional<client_lock>(std::move(*lock));
}

} // namespace

int set_up(const place& where, const setup_options& wanted) {
  if (const auto good = check_name(wanted.name); !good)
    return exit_with(good.error());
  const auto path = file_of(wanted);
  if (!path)
    return exit_with(path.error());
  registration what;
  if (!wanted.remove) {
    auto entry = wanted_entry(where, wanted);
    if (!entry)
      return exit_with(entry.error());
    what = std::move(*entry);
  }
  client_file file(*path, wanted.project);
  const auto lock = lock_for(wanted, file);
  if (!lock)
    return exit_with(lock.error());
  const auto done = change(file, wanted, what);
  return done ? exit_ok : exit_with(done.error());
}

} // namespace troupe::cli
