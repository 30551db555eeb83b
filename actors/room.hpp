#pragma once

#include "keeper/verbs.hpp"
#include "protocol/values.hpp"
#include "supervision/restart.hpp"

#include <caf/actor_addr.hpp>

#include <chrono>
#include <cstdint>
#include <string>

namespace troupe {

/// All that actors get from the outside world: time, chance, the keeper, transcripts
/// and clients. No call blocks; answers come as messages (actors/messages.hpp). One
/// implementation stands on io/ (actors/io_room.hpp), one in tests has its clock in
/// hand.
class room {
public:
  virtual ~room() = default;

  [[nodiscard]] virtual supervision::moment now() const = 0;
  [[nodiscard]] virtual timestamp wall() const = 0;
  [[nodiscard]] virtual double dice() = 0; ///< Uniform in [0, 1).

  /// Sends `wake{token}` to `who` after the delay, if it still lives.
  virtual void wake_after(
    std::chrono::milliseconds delay, caf::actor_addr who, std::uint64_t token) = 0;
  /// Of one that ends: what was to wake it would keep its memory.
  virtual void wake_no_more(const caf::actor_addr& who) = 0;

  /// Reports about this attempt go to `who` from now on.
  virtual void watch(const keeper::attempt_key& key, caf::actor_addr who) = 0;
  virtual void unwatch(const keeper::attempt_key& key) = 0;
  virtual void order(keeper::order what) = 0;

  /// Sends `transcript_chunk` messages to `who`, one for each grant.
  [[nodiscard]] virtual std::uint64_t
  follow(std::string path, std::uint64_t offset, caf::actor_addr who) = 0;
  virtual void grant(std::uint64_t tail) = 0;
  virtual void drain(std::uint64_t tail) = 0;
  virtual void forget(std::uint64_t tail) = 0;

  /// Everything is recovered: lets clients in and tells the keeper.
  virtual void open_doors() = 0;

  /// To a client: one line, and what of its own lines has been dealt with. `about` is
  /// the printed id of the request that the line belongs to, empty if to none: over
  /// HTTP each request has a stream of its own.
  virtual void say(std::uint64_t client, std::string line, std::string about) = 0;
  virtual void acknowledge(std::uint64_t client, int lines) = 0;
  virtual void hang_up(std::uint64_t client) = 0;
};

} // namespace troupe
