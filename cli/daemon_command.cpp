#include "cli/daemon_command.hpp"

#include "cli/console.hpp"
#include "cli/http_url.hpp"
#include "cli/keeper_command.hpp"
#include "cli/render.hpp"
#include "cli/running.hpp"
#include "cli/starter.hpp"
#include "cli/version_probe.hpp"
#include "keeper/files.hpp"
#include "keeper/processes.hpp"
#include "keeper/upgrade.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <poll.h>

namespace troupe::cli {

namespace {

constexpr int stop_patience_ms = 30'000;
constexpr int upgrade_patience_ms = 20'000;
constexpr int look_ms = 20;

/// How many runs are live, if the daemon can say so.
std::optional<std::uint64_t> count_live(const found_keeper& keeper) {
  auto link = connect_to(keeper.info.socket);
  if (!link)
    return {};
  auto at = door::enter(std::move(*link), greeting({}));
  std::uint64_t live = 0;
  for (const auto status :
       {run_status::queued,
        run_status::running,
        run_status::input_required,
        run_status::auth_required}) {
    if (!at)
      return {};
    list_runs query{.status = status};
    query.limit = 1;
    const auto page = at->call<run_page>("list_runs", query);
    if (!page)
      return {};
    live += page->total;
  }
  return live;
}

std::string counted(std::optional<std::uint64_t> runs) {
  if (!runs)
    return "an unknown number of runs";
  return std::to_string(*runs) + (*runs == 1 ? " run" : " runs");
}

int tell_status(const place& where) {
  const auto found = find_keeper(where);
  if (!found) {
    print("not running; state directory " + where.state + "\n");
    return exit_unreachable;
  }
  print(
    "running: pid " + std::to_string(found->info.pid) + ", version " +
    found->info.version + ", since " +
    time_of(found->info.started_at, look_of_stdout()) + ", " +
    counted(count_live(*found)) + " live\nstate directory " + where.state +
    "\nsocket " + found->info.socket + "\n");
  if (const auto door = read_http_place(where.state))
    print("http " + told_of(*door) + "\n");
  return exit_ok;
}

int stop(const place& where) {
  const auto found = find_keeper(where);
  if (!found) {
    print("not running\n");
    return exit_ok;
  }
  const auto live = count_live(*found);
  if (!keeper::send_signal(found->process.get(), SIGTERM)) {
    complain(
      "cannot signal pid " + std::to_string(found->info.pid) +
      ": it belongs to another user");
    return exit_failed;
  }
  pollfd end{found->process.get(), POLLIN, 0};
  if (poll(&end, 1, stop_patience_ms) != 1) {
    complain(
      "pid " + std::to_string(found->info.pid) + " still ends " + counted(live) +
      " after 30 s; a second `troupe daemon stop` ends them at once");
    return exit_timeout;
  }
  print("stopped; it ended " + counted(live) + "\n");
  return exit_ok;
}

int start(const place& where) {
  if (find_keeper(where)) {
    if (where.http && !read_http_place(where.state)) {
      complain(
        "already running, without HTTP; `troupe daemon restart --http " + *where.http +
        "` ends its runs and starts one that has it");
      return exit_failed;
    }
    print("already running\n");
    return exit_ok;
  }
  const auto link = reach_daemon(where);
  if (!link) {
    complain(link.error().message);
    return exit_unreachable;
  }
  const int code = tell_status(where);
  const auto door = read_http_place(where.state);
  return where.http && (!door || door->problem) ? exit_failed : code;
}

/// One that does not wait for the signal would die of it.
bool takes_upgrades(const found_keeper& keeper) {
  const auto status =
    keeper::read_file("/proc/" + std::to_string(keeper.info.pid) + "/status");
  const auto text = status.value_or("");
  const std::string_view label = "SigBlk:";
  const auto at = text.find(label);
  if (at == std::string::npos)
    return false;
  const auto blocked = std::strtoull(text.c_str() + at + label.size(), nullptr, 16);
  return (blocked >> (SIGUSR1 - 1) & 1) != 0;
}

/// What runs must be known to run before it is put in the place of what does.
result<std::string> installed(const std::string& program) {
  auto version = version_of(program);
  if (!version)
    return version;
  auto supervisor = find_supervisor(program);
  if (!supervisor)
    return supervisor;
  if (auto beside = version_of(*supervisor); !beside)
    return beside;
  return version;
}

/// Empty once a new supervisor was started, else why that did not come about.
std::string await_upgrade(const place& where, const found_keeper& old) {
  for (int waited = 0; waited < upgrade_patience_ms; waited += look_ms) {
    const auto answer = keeper::read_upgrade(where.state);
    if (answer && answer->refusal)
      return *answer->refusal;
    const auto now = keeper::read_daemon(where.state);
    if (now && now->epoch > old.info.epoch)
      return {};
    pollfd end{old.process.get(), POLLIN, 0};
    if (poll(&end, 1, look_ms) == 1)
      return "the daemon ended; the next command starts another";
  }
  return "it did not begin anew within 20 s";
}

int refuse_upgrade(const place& where, const std::string& why) {
  complain(
    "not upgraded: " + why + "; the daemon goes on as it is unless `troupe daemon " +
    "status` says otherwise; see " + where.state + "/daemon.log");
  return exit_failed;
}

int upgrade(const place& where, const std::optional<std::string>& wanted) {
  const auto found = find_keeper(where);
  if (!found) {
    complain("not running: the next command starts the version it is of");
    return exit_unreachable;
  }
  if (!takes_upgrades(*found))
    return refuse_upgrade(
      where,
      "version " + found->info.version + " cannot be replaced while it runs; " +
        "`troupe daemon restart` ends its runs and starts the new one");
  std::error_code why;
  const auto named = wanted.value_or(where.program);
  const auto program = std::filesystem::canonical(named, why);
  if (why)
    return refuse_upgrade(where, named + ": " + why.message());
  const auto version = installed(program.string());
  if (!version)
    return refuse_upgrade(where, version.error().message);
  if (auto asked = keeper::ask_upgrade(where.state, program.string()); !asked)
    return refuse_upgrade(where, asked.error().message);
  if (!keeper::send_signal(found->process.get(), SIGUSR1))
    return refuse_upgrade(where, "the daemon belongs to another user");
  if (const auto failure = await_upgrade(where, *found); !failure.empty())
    return refuse_upgrade(where, failure);
  const auto now = find_keeper(where);
  print(
    "upgraded to " + *version + "; " + (now ? counted(count_live(*now)) : "no run") +
    " live\n");
  return exit_ok;
}

} // namespace

int command_daemon(const place& at, const daemon_options& wanted) {
  auto where = at;
  where.http = wanted.http;
  where.http_token = !wanted.http_no_token;
  if (where.inside_run && wanted.what != daemon_verb::status) {
    complain(forbidden_inside(where));
    return exit_failed;
  }
  switch (wanted.what) {
  case daemon_verb::status:
    return tell_status(where);
  case daemon_verb::stop:
    return stop(where);
  case daemon_verb::start:
    return start(where);
  case daemon_verb::restart:
    if (const int code = stop(where); code != exit_ok)
      return code;
    return start(where);
  case daemon_verb::upgrade:
    return upgrade(where, wanted.program);
  case daemon_verb::url:
    if (!find_keeper(where)) {
      complain("not running; `troupe daemon start` starts it");
      return exit_unreachable;
    }
    return print_url(where, wanted);
  }
  return exit_usage;
}

} // namespace troupe::cli
