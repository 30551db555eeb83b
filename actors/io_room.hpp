#pragma once

#include "actors/http_room.hpp"
#include "actors/http_talk.hpp"
#include "actors/interfaces.hpp"
#include "actors/room.hpp"
#include "io/http_door.hpp"

#include <functional>
#include <memory>
#include <optional>

namespace troupe {

/// The room that stands on io/: turns callbacks of the loop into messages. Reports
/// about an attempt go to who watches it; spawned and gone, and what nobody watches, to
/// RUNS. How an attempt ended while nobody watched it is told to who watches it next,
/// so that no end is missed between a list and a watch. Actors that know it must be
/// gone before it ends.
class io_room final : public room, public http_room {
public:
  /// Clients by HTTP; `listener` is taken.
  struct http_side {
    int listener = -1;
    io::http_limits limits;
    std::shared_ptr<io::tls_identity> tls; ///< Nothing: plain http.
    std::function<std::optional<http_answer>(const http_head&)> admit;
  };

  /// Takes the descriptors. Nothing is heard before `serve`.
  io_room(
    int keeper_link,
    int listener,
    std::uint64_t epoch,
    std::optional<http_side> http = {});
  ~io_room() override;

  struct listeners {
    runs_actor runs;
    gateway_actor gateway;
    http_gate_actor http; ///< Nobody, if there is no HTTP.
    /// On the loop's thread; on purpose: the keeper lives on, or ends with all it has.
    std::function<void(bool on_purpose)> keeper_lost;
  };

  /// Connects the keeper: orders are sent from now on, reports wait for `serve`.
  void start();

  /// Starts the loop. The gateway hears of clients after `open_doors`.
  void serve(listeners to);
  void stop();

  /// After the keeper was killed: this process becomes the next one, with all that was
  /// entrusted to it. Returns only if it cannot: why.
  [[nodiscard]] error succeed_keeper(int lock, int listener);

  [[nodiscard]] supervision::moment now() const override;
  [[nodiscard]] timestamp wall() const override;
  [[nodiscard]] double dice() override;
  void wake_after(
    std::chrono::milliseconds delay, caf::actor_addr who, std::uint64_t token) override;
  void wake_no_more(const caf::actor_addr& who) override;
  void watch(const keeper::attempt_key& key, caf::actor_addr who) override;
  void unwatch(const keeper::attempt_key& key) override;
  void order(keeper::order what) override;
  std::uint64_t
  follow(std::string path, std::uint64_t offset, caf::actor_addr who) override;
  void grant(std::uint64_t tail) override;
  void drain(std::uint64_t tail) override;
  void forget(std::uint64_t tail) override;
  void open_doors() override;
  void say(std::uint64_t client, std::string line, std::string about) override;
  void acknowledge(std::uint64_t client, int lines) override;
  void hang_up(std::uint64_t client) override;

  void answer(exchange_id to, http_answer what) override;
  void open(exchange_id to, http_fields fields) override;
  void stream(exchange_id to, std::string events) override;
  void end(exchange_id to) override;

private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

} // namespace troupe
