#pragma once

#include "cli/cells.hpp"
#include "cli/options.hpp"
#include "cli/place.hpp"
#include "protocol/record.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace troupe::cli {

enum class health : std::uint8_t { ok, warn, fail };

constexpr auto names(health) {
  return std::to_array<std::string_view>({"ok", "warn", "fail"});
}

/// One thing looked at, how it is, and what to do if it is not well.
struct finding {
  std::string what;
  health how = health::ok;
  std::string detail;
  std::optional<std::string> fix;

  static constexpr auto fields() {
    return field_list{
      required("what", &finding::what, "What was looked at."),
      required("how", &finding::how, "ok, warn: works with less; fail: does not work."),
      required("detail", &finding::detail, "What was found."),
      optional("fix", &finding::fix, "What to do about it."),
    };
  }
};

/// Looks at everything Troupe needs on this machine. Starts no daemon; the only program
/// it runs is `claude --version`.
[[nodiscard]] std::vector<finding> examine(const place& where);

/// Pure.
[[nodiscard]] std::string
render_findings(const std::vector<finding>& all, const look& as);

/// `troupe doctor`. Exit code 1 if anything failed.
[[nodiscard]] int examine(const place& where, const doctor_options& wanted);

// What examine() is made of, for values that a test can give. `command` is what
// TROUPE_CLAUDE_CODE_COMMAND says, or empty.
[[nodiscard]] finding judge_directory(std::string what, const std::string& path);
[[nodiscard]] finding judge_open_files(std::uint64_t hard_limit);
[[nodiscard]] finding judge_processes(std::uint64_t limit);
[[nodiscard]] finding
judge_claude(const std::string& command, const std::string& path_variable);

} // namespace troupe::cli
