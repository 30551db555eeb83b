#pragma once

#include "cli/place.hpp"
#include "keeper/descriptor.hpp"
#include "protocol/json.hpp"
#include "protocol/lines.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::cli {

/// A client of the daemon for one command: asks one thing at a time and blocks until
/// the answer or a deadline. errc::unavailable: there is no daemon to talk to.
class door {
public:
  using clock = std::chrono::steady_clock;

  static constexpr std::chrono::seconds answer_time{15};
  /// What a tool is asked to wait at the most, in one call.
  static constexpr std::chrono::milliseconds longest_wait{50'000};

  /// Greets and initializes; the daemon is started if need be. `toolsets`: what may be
  /// called; absent: what the daemon shows to everybody.
  [[nodiscard]] static result<door>
  open(const place& where, const std::optional<std::string>& toolsets = {});

  /// On a connection that stands already.
  [[nodiscard]] static result<door> enter(keeper::descriptor link, const hello& who);

  /// The structured answer of a tool. What the tool itself refuses is errc::conflict
  /// with its own words. `longer`: how long the tool may take beyond answer_time.
  [[nodiscard]] result<json>
  call(std::string_view tool, json arguments, std::chrono::milliseconds longer = {});

  /// As call, from and to records.
  template <record Answer, record Arguments>
  [[nodiscard]] result<Answer> call(
    std::string_view tool,
    const Arguments& arguments,
    std::chrono::milliseconds longer = {}) {
    auto answer = call(tool, encode(arguments), longer);
    if (!answer)
      return fail(std::move(answer.error()));
    return decode<Answer>(*answer);
  }

  /// Any request; its `result`.
  [[nodiscard]] result<json>
  ask(std::string_view method, json params, std::chrono::milliseconds longer = {});

  /// What is asked from now on fails as soon as `fd` can be read.
  void watch(int fd) { watched_ = fd; }
  [[nodiscard]] bool interrupted() const { return interrupted_; }

private:
  explicit door(keeper::descriptor link) : link_(std::move(link)) {}

  [[nodiscard]] result<void> say(std::string_view text, clock::time_point by);
  [[nodiscard]] result<json> answer_to(std::uint64_t id, clock::time_point by);
  [[nodiscard]] result<void> await(short what, clock::time_point by);
  [[nodiscard]] result<void> hear(clock::time_point by);

  keeper::descriptor link_;
  line_splitter lines_{64 * 1024 * 1024};
  std::uint64_t asked_ = 0;
  int watched_ = -1;
  bool interrupted_ = false;
};

} // namespace troupe::cli
