#include "cli/team_command.hpp"

#include "cli/console.hpp"
#include "cli/render.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

namespace troupe::cli {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t definition_bytes_max = 1 << 20;
constexpr std::uint32_t answer_bytes = 1 << 20;

result<std::string> text_of(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  if (in)
    text << in.rdbuf();
  if (!in)
    return fail(errc::not_found, file + ": cannot be read");
  if (text.str().size() > definition_bytes_max)
    return fail(errc::invalid_argument, file + ": larger than 1 MiB");
  return text.str();
}

int exit_code_of_team(team_phase phase) {
  return phase == team_phase::completed ? exit_ok : exit_failed;
}

result<tree_view> look_at(door& at, const std::string& team_id, milliseconds wait) {
  get_tree query;
  query.team = team_id;
  query.wait_ms = static_cast<std::uint32_t>(wait.count());
  query.max_bytes = answer_bytes;
  return at.call<tree_view>("get_tree", query, wait);
}

int wait_for_team(door& at, const std::string& team_id) {
  while (true) {
    const auto now = look_at(at, team_id, door::longest_wait);
    if (!now)
      return exit_with(now.error());
    const auto& team = now->teams.at(0);
    if (!is_final(team.phase))
      continue;
    print(render_tree(*now, look_of_stdout()));
    return exit_code_of_team(team.phase);
  }
}

paint paint_of_member(const member_view& member) {
  if (member.phase == member_phase::working)
    return paint::cyan;
  if (member.phase != member_phase::ended)
    return paint::yellow;
  return member.end == member_end::completed   ? paint::green
         : member.end == member_end::cancelled ? paint::dim
                                               : paint::red;
}

std::string state_of(const member_view& member) {
  if (member.phase == member_phase::ended && member.end)
    return std::string(to_string(*member.end));
  return std::string(to_string(member.phase));
}

/// What it waits for comes before why it is where it is.
std::string reason_of(const member_view& member) {
  std::string text;
  for (const auto& each : member.waits_for)
    text += (text.empty() ? "waits for " : ", ") + each;
  if (text.empty())
    return member.cause;
  return member.cause.empty() ? text : text + "; " + member.cause;
}

std::string indented(const std::string& path) {
  const auto levels = static_cast<std::size_t>(std::ranges::count(path, '/')) + 1;
  return std::string(2 * levels, ' ') + path.substr(path.rfind('/') + 1);
}

/// Nested members stand under the member that is their team.
std::vector<member_view> as_tree(std::vector<member_view> members) {
  std::vector<member_view> sorted;
  const auto add = [&](const auto& self, const std::string& above) -> void {
    for (const auto& each : members) {
      const auto slash = each.path.rfind('/');
      if ((slash == std::string::npos ? "" : each.path.substr(0, slash)) != above)
        continue;
      sorted.push_back(each);
      if (each.team)
        self(self, each.path);
    }
  };
  add(add, "");
  return sorted;
}

} // namespace

int start_team(door& at, const team_options& wanted) {
  auto text = text_of(wanted.file);
  if (!text)
    return exit_with(text.error());
  const auto made = at.call("spawn_team", json{{"definition", std::move(*text)}});
  if (!made)
    return exit_with(made.error());
  const auto team = decode<spawned_team>(*made);
  if (!team)
    return exit_with(team.error());
  if (wanted.wait)
    return wait_for_team(at, team->team_id);
  print(
    wanted.as_json ? print_json(*made) + "\n"
                   : team->team_id + " " + printable(team->name) + "\n");
  return exit_ok;
}

int show_tree(door& at, const tree_options& wanted) {
  get_tree query;
  query.team = wanted.team;
  query.ended = wanted.all;
  query.max_bytes = answer_bytes;
  const auto answer = at.call("get_tree", encode(query));
  if (!answer)
    return exit_with(answer.error());
  if (wanted.as_json)
    return print(print_json(*answer) + "\n") ? exit_ok : exit_failed;
  const auto tree = decode<tree_view>(*answer);
  if (!tree)
    return exit_with(tree.error());
  print(render_tree(*tree, look_of_stdout()));
  return exit_ok;
}

int show_why(door& at, const why_options& wanted) {
  const auto answer = at.call("why", json{{"id", wanted.id}});
  if (!answer)
    return exit_with(answer.error());
  if (wanted.as_json)
    return print(print_json(*answer) + "\n") ? exit_ok : exit_failed;
  const auto reasons = decode<why_view>(*answer);
  if (!reasons)
    return exit_with(reasons.error());
  print(render_why(*reasons, look_of_stdout()));
  return exit_ok;
}

int restart_one(door& at, const restart_options& wanted) {
  auto order = naming(wanted.run);
  order["mode"] = wanted.fresh ? "fresh" : "resume";
  const auto answer = at.call("restart_run", std::move(order));
  if (!answer)
    return exit_with(answer.error());
  const auto now = decode<restarted_run>(*answer);
  if (!now)
    return exit_with(now.error());
  print(
    now->run_id + " goes on as attempt " + std::to_string(now->next_attempt) + "\n");
  return exit_ok;
}

int kill_team(door& at, const std::string& team, std::uint32_t timeout_s) {
  const auto end = door::clock::now() + seconds(timeout_s);
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(end - door::clock::now());
    const auto wait = std::clamp(left, milliseconds(0), door::longest_wait);
    const auto now = at.call<cancelled_team>(
      "cancel_team",
      cancel_team{
        .team = team,
        .reason = "troupe kill",
        .wait_ms = static_cast<std::uint32_t>(wait.count())},
      wait);
    if (!now)
      return exit_with(now.error());
    if (is_final(now->phase)) {
      print(now->team_id + " " + std::string(to_string(now->phase)) + "\n");
      return exit_ok;
    }
    if (wait.count() == 0) {
      complain(
        now->team_id + " is being stopped but " + std::to_string(now->left.size()) +
        " of its members are not gone after " + std::to_string(timeout_s) +
        " s; they will be killed in the end: troupe tree " + now->team_id);
      return exit_timeout;
    }
  }
}

std::string render_tree(const tree_view& tree, const look& as) {
  std::vector<std::string> ids;
  for (const auto& team : tree.teams) {
    ids.push_back(team.team_id);
    for (const auto& each : team.members)
      if (each.run_id)
        ids.push_back(*each.run_id);
  }
  for (const auto& run : tree.runs)
    ids.push_back(run.run_id);
  const auto shorts = short_ids(ids);
  auto next = shorts.begin();
  std::map<std::string, std::string> short_of;
  for (const auto& id : ids)
    short_of[id] = *next++;
  table rows({"NAME", "ID", "STATE", "STARTS", "WHY"});
  for (const auto& team : tree.teams) {
    rows.add(
      {{printable(team.name), paint::bold},
       {short_of[team.team_id]},
       {std::string(to_string(team.phase))},
       {""},
       {std::string(to_string(team.how)) +
        (team.cause.empty() ? "" : "; " + team.cause)}});
    for (const auto& each : as_tree(team.members))
      rows.add(
        {{indented(each.path)},
         {each.run_id ? short_of[*each.run_id] : ""},
         {state_of(each), paint_of_member(each)},
         {std::to_string(each.starts), each.starts > 1 ? paint::yellow : paint::plain},
         {reason_of(each)}});
  }
  for (const auto& run : tree.runs)
    rows.add(
      {{cut_to(printable(run.agent_name), 20)},
       {short_of[run.run_id]},
       {std::string(to_string(run.phase)), paint_of(run.status)},
       {std::to_string(run.restarts + 1)},
       {run.summary}});
  return rows.print(as);
}

std::string render_why(const why_view& why, const look& as) {
  std::string text = printable(why.now) + "\n";
  for (const auto& each : why.decisions)
    text += time_of(each.at, as) + "  " + printable(each.about) + "  " +
            printable(each.what) + "\n";
  return text;
}

} // namespace troupe::cli
