#pragma once

#include "keeper/reports.hpp"
#include "protocol/result.hpp"

#include <optional>
#include <string>
#include <sys/resource.h>
#include <sys/types.h>
#include <vector>

/// How a running keeper is told to become another program: the file
/// `<state>/upgrade.json`, then SIGUSR1.
namespace troupe::keeper {

/// What is asked, and, if it is refused, why. Absent when it was done.
struct upgrade_request {
  std::string program;
  std::optional<std::string> refusal;

  static constexpr auto fields() {
    return field_list{
      required("program", &upgrade_request::program, "Path of the new `troupe`."),
      optional("refusal", &upgrade_request::refusal, "Why it was not executed."),
    };
  }
};

[[nodiscard]] result<void>
ask_upgrade(const std::string& state_dir, const std::string& program);

/// The answer so far; nothing once the request is taken and not refused.
[[nodiscard]] std::optional<upgrade_request> read_upgrade(const std::string& state_dir);

/// The keeper's part: the program that is asked for, once; nothing if none is, or if it
/// cannot be one (then that is the answer).
[[nodiscard]] std::optional<std::string> take_upgrade(const std::string& state_dir);
void refuse_upgrade(const std::string& state_dir, const std::string& why);

[[nodiscard]] will_report will_of(
  std::vector<std::string> argv, mode_t umask, const rlimit& files, timestamp started);

} // namespace troupe::keeper
