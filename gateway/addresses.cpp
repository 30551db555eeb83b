#include "gateway/addresses.hpp"

#include "mcp/uri_template.hpp"

#include <array>
#include <charconv>

namespace troupe::mcp {

namespace {

using place = address::place;

constexpr std::string_view as_json = "application/json";
constexpr std::string_view runs_uri = "troupe://runs/";

/// In the order of `place`.
constexpr std::array<resource_template, 8> places{{
  {"troupe://runs",
   "runs",
   "Runs",
   "The newest runs with status and summary.",
   as_json},
  {"troupe://runs/{run_id}",
   "run",
   "A run",
   "All about one run, as get_run tells it.",
   as_json},
  {"troupe://runs/{run_id}/events{?after_seq}",
   "events",
   "What a run did",
   "Its last events, or those after after_seq; next_after_seq goes on.",
   as_json},
  {"troupe://runs/{run_id}/transcript",
   "transcript",
   "What a run said",
   "Its last messages, commands and file changes as lines to read.",
   "text/plain"},
  {"troupe://runs/{run_id}/result",
   "result",
   "What came of a run",
   "Status, and the answer or the error once there is one.",
   as_json},
  {"troupe://sessions",
   "sessions",
   "Sessions",
   "The newest conversations with their runs.",
   as_json},
  {"troupe://sessions/{session_id}",
   "session",
   "A session",
   "One conversation and its runs, newest first.",
   as_json},
  {"troupe://tree",
   "tree",
   "Teams and runs",
   "The live teams with their members, and the runs in no team.",
   as_json},
}};

bool is_template(const resource_template& t) {
  return t.uri_template.find('{') != t.uri_template.npos;
}

std::optional<std::uint64_t> number(const std::string& text) {
  std::uint64_t n = 0;
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, n);
  return read.ec == std::errc() && read.ptr == end ? std::optional(n) : std::nullopt;
}

} // namespace

std::optional<address> read_address(std::string_view uri) {
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto found = match(places[i].uri_template, uri);
    if (!found)
      continue;
    address at{.what = static_cast<place>(i)};
    for (const auto& [name, value] : *found) {
      if (name != "after_seq")
        at.id = value;
      else if (!(at.after_seq = number(value)))
        return {};
    }
    return at;
  }
  return {};
}

std::string uri_of(const std::string& run_id) {
  return std::string(runs_uri) + percent_encoded(run_id);
}

bool is_changed(const address& at, const run_brief& run) {
  switch (at.what) {
  case place::runs:
  case place::sessions:
  case place::tree:
    return true;
  case place::session:
    return at.id == run.session_id;
  default:
    return at.id == run.run_id;
  }
}

json fixed_resources() {
  json all = json::array();
  for (const auto& each : places)
    if (!is_template(each))
      all.push_back(
        {{"uri", each.uri_template},
         {"name", each.name},
         {"title", each.title},
         {"description", each.description},
         {"mimeType", each.mime_type}});
  return all;
}

json listed_run(const run_brief& run) {
  return {
    {"uri", uri_of(run.run_id)},
    {"name", run.agent_name},
    {"title", run.agent_name + " (" + std::string(to_string(run.status)) + ")"},
    {"description", run.summary},
    {"mimeType", as_json},
    {"annotations", {{"lastModified", to_string(run.updated_at)}}}};
}

const std::vector<resource_template>& resource_templates() {
  static const auto all = [] {
    std::vector<resource_template> list;
    for (const auto& each : places)
      if (is_template(each))
        list.push_back(each);
    return list;
  }();
  return all;
}

std::string_view mime_type(place what) {
  return places.at(static_cast<std::size_t>(what)).mime_type;
}

} // namespace troupe::mcp
