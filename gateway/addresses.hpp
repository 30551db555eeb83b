#pragma once

#include "mcp/offer.hpp"
#include "protocol/run_brief.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace troupe::mcp {

/// What a URI of Troupe points at.
struct address {
  enum class place : std::uint8_t {
    runs,
    run,
    events,
    transcript,
    result,
    sessions,
    session,
    tree,
  };

  place what = place::runs;
  std::string id; ///< Of the run or the session; empty where there is none.
  std::optional<std::uint64_t> after_seq; ///< Of events.
};

/// The address of a URI; nothing if it is none of ours.
[[nodiscard]] std::optional<address> read_address(std::string_view uri);

/// `troupe://runs/<run_id>`
[[nodiscard]] std::string uri_of(const std::string& run_id);

/// Whether what is there is not the same after this run has changed.
[[nodiscard]] bool is_changed(const address& at, const run_brief& run);

/// What there is beside the runs, as it is listed.
[[nodiscard]] json fixed_resources();

/// One run, as it is listed.
[[nodiscard]] json listed_run(const run_brief& run);

[[nodiscard]] const std::vector<resource_template>& resource_templates();

/// What is read there.
[[nodiscard]] std::string_view mime_type(address::place what);

} // namespace troupe::mcp
