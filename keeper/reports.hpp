#pragma once

#include "keeper/attempt_reports.hpp"
#include "keeper/tree_use.hpp"
#include "protocol/values.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

/// What the keeper tells the supervisor.
namespace troupe::keeper {

struct kept_report {
  std::uint64_t request = 0;
  std::vector<kept_attempt> attempts;

  static constexpr auto fields() {
    return field_list{
      optional("request", &kept_report::request, "Of the list order."),
      required("attempts", &kept_report::attempts, "Everything not forgotten."),
    };
  }
};

/// A line could not be accepted: stdin is closed, or its queue is full (4 MiB).
struct unwritten_report {
  attempt_key key;
  std::uint64_t n = 0;
  std::string why;

  static constexpr auto fields() {
    return field_list{
      required("key", &unwritten_report::key, "The attempt."),
      required("n", &unwritten_report::n, "Of the line."),
      required("why", &unwritten_report::why, "closed or full."),
    };
  }
};

/// The agent's stdin is closed. Whoever holds a duplicate of it (`belonging::input`)
/// drops that at once, or the agent would never see the end.
struct closed_report {
  attempt_key key;

  static constexpr auto fields() {
    return field_list{required("key", &closed_report::key, "The attempt.")};
  }
};

/// How to become this keeper's successor: the first word to every supervisor. If the
/// keeper is killed, the supervisor executes this with all it was entrusted with
/// (succession.hpp).
struct will_report {
  std::vector<std::string> argv;
  std::uint32_t umask = 0;
  std::uint64_t files_soft = 0;
  std::uint64_t files_hard = 0;
  timestamp started_at;

  static constexpr auto fields() {
    return field_list{
      required("argv", &will_report::argv, "Of `troupe keeper`; argv[0] is a path."),
      required("umask", &will_report::umask, "What agents get."),
      required("files_soft", &will_report::files_soft, "RLIMIT_NOFILE of agents."),
      required("files_hard", &will_report::files_hard, "As files_soft."),
      required("started_at", &will_report::started_at, "When the daemon was started."),
    };
  }
};

/// The link will be closed on purpose: end, and succeed nobody.
struct dismiss_report {
  std::string reason;

  static constexpr auto fields() {
    return field_list{required("reason", &dismiss_report::reason, "For the log.")};
  }
};

/// Please end all runs and then send quit: the daemon was told to stop.
struct stop_report {
  std::string reason;

  static constexpr auto fields() {
    return field_list{required("reason", &stop_report::reason, "For the runs' exit.")};
  }
};

struct ping_report {
  std::uint64_t n = 0;

  static constexpr auto fields() {
    return field_list{required("n", &ping_report::n, "Echoed by pong.")};
  }
};

using report = std::variant<
  spawned_report,
  exited_report,
  gone_report,
  kept_report,
  unwritten_report,
  closed_report,
  stop_report,
  ping_report,
  sampled_report,
  will_report,
  dismiss_report>;

} // namespace troupe::keeper
