#include "host/host.hpp"

#include "actors/io_room.hpp"
#include "actors/journal.hpp"
#include "actors/log.hpp"
#include "actors/notifier.hpp"
#include "actors/peers.hpp"
#include "actors/post.hpp"
#include "actors/registry.hpp"
#include "actors/runs.hpp"
#include "actors/sweeper.hpp"
#include "actors/syncer.hpp"
#include "actors/teams.hpp"
#include "actors/worktrees.hpp"
#include "gateway/gateway.hpp"
#include "gateway/http_gate.hpp"
#include "io/clients.hpp"
#include "io/headroom.hpp"
#include "keeper/descriptor.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <array>
#include <condition_variable>
#include <cstdlib>
#include <fcntl.h>
#include <mutex>
#include <numeric>
#include <optional>
#include <poll.h>
#include <sys/random.h>
#include <unistd.h>

namespace troupe::host {

namespace {

/// What CAF 0.17.6 must be told (docs/decisions/0004): its default scheduler starves
/// new actors while others always have work.
struct system_config : caf::actor_system_config {
  system_config() {
    set("scheduler.policy", caf::atom("sharing"));
    set("scheduler.max-throughput", std::size_t{50});
    set("scheduler.max-threads", std::size_t{4});
  }
};

constexpr int keeper_death_ms = 2'000;

struct services {
  syncer_actor awaited;
  syncer_actor grouped;
  sweeper_actor sweeper;
  journal_actor journal;
  registry_actor registry;
  worktrees_actor worktrees;
  notifier_actor notifier;
  post_actor post;
  peers_actor peers; ///< Nobody, if there is no HTTP.
  runs_actor runs;
  teams_actor teams;
  gateway_actor gateway;
  http_gate_actor http; ///< Nobody, if there is no HTTP.
};

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words)
    text.append(text.empty() ? "" : ",").append(word);
  return text;
}

/// Also after the file was replaced by a newer version.
std::string own_directory() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path();
}

/// What clients were given to keep is worth nothing to another supervisor.
std::shared_ptr<const mcp::seal> fresh_seal() {
  std::array<unsigned char, 32> key{};
  if (getrandom(key.data(), key.size(), 0) != static_cast<ssize_t>(key.size()))
    std::_Exit(exit_service_died);
  return std::make_shared<const mcp::seal>(std::string(key.begin(), key.end()));
}

/// A process closes its descriptors a little before it is seen to be dead.
bool is_dead(int process) {
  pollfd seen{process, POLLIN, 0};
  return poll(&seen, 1, keeper_death_ms) == 1;
}

/// Watches the services; the death of one is the death of the process.
caf::behavior root(caf::event_based_actor* self, const services& all) {
  self->monitor(all.awaited);
  self->monitor(all.grouped);
  self->monitor(all.sweeper);
  self->monitor(all.journal);
  self->monitor(all.registry);
  self->monitor(all.worktrees);
  self->monitor(all.notifier);
  self->monitor(all.post);
  self->monitor(all.runs);
  self->monitor(all.teams);
  self->monitor(all.gateway);
  if (all.http)
    self->monitor(all.http);
  if (all.peers)
    self->monitor(all.peers);
  self->set_down_handler([](const caf::down_msg& died) {
    log_error("root service_died reason=\"{}\"", caf::to_string(died.reason));
    std::_Exit(exit_service_died);
  });
  return {[](caf::unit_t) {}};
}

/// What lives before the outside is heard: the files and the list of runs.
services keep_records(
  caf::actor_system& system,
  io_room& world,
  const store::layout& disk,
  const store::configuration& config) {
  services all;
  all.awaited = system.spawn<caf::detached>(syncer, caf::unit);
  all.grouped = system.spawn<caf::detached>(syncer, caf::unit);
  all.journal = system.spawn<caf::detached>(
    journal,
    journal_setup{
      .disk = disk,
      .world = &world,
      .awaited = all.awaited,
      .grouped = all.grouped,
      .retention_days = config.retention.days});
  all.sweeper = system.spawn<caf::detached>(sweeper, disk);
  all.registry = system.spawn(registry, static_cast<room*>(&world), all.journal);
  all.worktrees =
    system.spawn<caf::detached>(worktrees_of_runs, worktrees_setup{disk, all.registry});
  all.notifier = system.spawn(notifier, notifier_setup{&world, disk, all.journal});
  all.post = system.spawn(post, post_setup{&world, all.journal, all.registry});
  return all;
}

/// What asks the keeper and serves clients.
void take_on_runs(
  caf::actor_system& system,
  io_room& world,
  const store::layout& disk,
  const host_options& options,
  services& all) {
  if (options.http)
    all.peers = system.spawn<caf::detached>(peers, peer_look(io::find_peers));
  all.runs = system.spawn(
    runs,
    runs_setup{
      .around =
        {.world = &world,
         .disk = disk,
         .journal = all.journal,
         .programs = own_directory()},
      .registry = all.registry,
      .sweeper = all.sweeper,
      .config = options.config,
      .worktrees = all.worktrees,
      .notifier = all.notifier,
      .post = all.post,
      .peers = all.peers,
      .keeper_pid = options.keeper_pid,
      .look_around = [place = disk.state] { return io::look_around(place); }});
  all.teams = system.spawn(
    teams,
    teams_setup{
      .around = {.world = &world, .disk = disk, .journal = all.journal},
      .registry = all.registry,
      .runs = all.runs});
  all.gateway = system.spawn(
    mcp::gateway,
    static_cast<room*>(&world),
    desk{
      .registry = all.registry,
      .runs = all.runs,
      .teams = all.teams,
      .worktrees = all.worktrees},
    mcp::session_options{
      .toolsets = joined(options.config.toolsets),
      .line_bytes_max = io::clients::line_bytes_max,
      .log = mcp::log_calls_to(spdlog::default_logger()),
      .seals = fresh_seal()});
}

/// A client over HTTP says nothing of itself: its agents get what the daemon has.
std::map<std::string, std::string> own_environment() {
  std::map<std::string, std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto sign = text.find('=');
    if (sign != std::string_view::npos && is_utf8(text))
      all.emplace(text.substr(0, sign), text.substr(sign + 1));
  }
  return all;
}

void let_http_in(
  caf::actor_system& system,
  io_room& world,
  const http_door_setup& door,
  services& all) {
  all.http = system.spawn(
    mcp::http_gate,
    mcp::http_gate_setup{
      .outside = &world,
      .exchanges = &world,
      .gateway = all.gateway,
      .rules = door.rules,
      .env = own_environment()});
}

std::optional<io_room::http_side> side_of(const host_options& options) {
  return options.http ? std::optional(options.http->side) : std::nullopt;
}

} // namespace

int serve(host_options options) {
  system_config config;
  caf::actor_system system(config);
  const keeper::descriptor listener(fcntl(options.listener, F_DUPFD_CLOEXEC, 3));
  io_room world(options.link, options.listener, options.epoch, side_of(options));
  const store::layout disk{options.state_dir};
  auto all = keep_records(system, world, disk, options.config);
  std::mutex lock;
  std::condition_variable lost;
  std::optional<bool> on_purpose;
  world.start();
  take_on_runs(system, world, disk, options, all);
  if (options.http)
    let_http_in(system, world, *options.http, all);
  system.spawn(root, all);
  world.serve({all.runs, all.gateway, all.http, [&](bool dismissed) {
                 const std::scoped_lock held(lock);
                 on_purpose = dismissed;
                 lost.notify_one();
               }});
  log_info("supervisor started epoch={}", options.epoch);
  std::unique_lock held(lock);
  lost.wait(held, [&] { return on_purpose.has_value(); });
  if (!*on_purpose && is_dead(options.keeper)) {
    log_warn("keeper was killed; succeeding it");
    const auto why = world.succeed_keeper(options.lock, listener.get());
    log_error("keeper not succeeded reason=\"{}\"", why.message);
  }
  log_warn("supervisor ended reason=\"the keeper is gone\"");
  std::_Exit(exit_keeper_lost);
}

} // namespace troupe::host
