#include "actors/new_team.hpp"

#include "protocol/json.hpp"
#include "store/yaml.hpp"

#include <algorithm>

namespace troupe {

namespace {

using supervision::member_spec;
using supervision::team_spec;

constexpr std::size_t members_max = 64;
constexpr int levels_max = 4;
constexpr std::size_t member_name_bytes_max = 32;

bool is_member_name(const std::string& text) {
  return !text.empty() && text.size() <= member_name_bytes_max &&
         std::ranges::all_of(text, [](char c) {
           return std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_';
         });
}

error wrong(std::string text) {
  return {errc::invalid_argument, std::move(text)};
}

std::optional<error> out_of_range(
  const char* name, std::uint64_t value, std::uint64_t low, std::uint64_t high) {
  if (value >= low && value <= high)
    return {};
  return wrong(
    std::string(name) + ": must be " + std::to_string(low) + " to " +
    std::to_string(high) + ", got " + std::to_string(value));
}

/// Lays a request and the teams nested in it out in a row.
class layout_of_teams {
public:
  std::optional<error> add(const spawn_team& request, int level) {
    if (level > levels_max)
      return wrong("teams are nested deeper than 4 levels");
    const auto which = made_.specs.size();
    made_.specs.emplace_back();
    auto spec = rules_of(request);
    for (auto bad :
         {out_of_range("max_restarts", request.max_restarts, 0, 1000),
          out_of_range("period_s", request.period_s, 1, 86'400),
          out_of_range("stop_s", request.stop_s, 0, 3'600)})
      if (bad)
        return bad;
    for (std::size_t i = 0; i < request.members.size(); ++i)
      if (auto bad = add_member(request, i, which, level, spec))
        return error{bad->code, "members[" + std::to_string(i) + "]." + bad->message};
    if (auto bad = supervision::wrong_with(spec))
      return bad;
    made_.specs[which] = std::move(spec);
    return {};
  }

  planned_team take() { return std::move(made_); }

private:
  static team_spec rules_of(const spawn_team& request) {
    return {
      .how = request.how,
      .members = {},
      .max_restarts = request.max_restarts,
      .period = std::chrono::seconds(request.period_s),
      .stop_within = std::chrono::seconds(request.stop_s),
      .ends_with = request.ends_with};
  }

  std::optional<error> add_member(
    const spawn_team& request,
    std::size_t i,
    std::size_t which,
    int level,
    team_spec& spec) {
    const auto& member = request.members[i];
    if (!is_member_name(member.name))
      return wrong("name: 1 to 32 letters, digits, dashes and underscores");
    if (
      std::ranges::find(spec.members, member.name, &member_spec::name) !=
      spec.members.end())
      return wrong("name: " + member.name + " is the name of a member before it");
    if (member.run.has_value() == member.team.has_value())
      return wrong("run: a member is either a run or a team");
    if (++members_ > members_max)
      return wrong("name: a team has at most 64 members, nested ones included");
    member_spec made{
      .name = member.name,
      .restart = member.restart,
      .significant = member.significant,
      .needs = {},
      .ready = member.ready,
      .team = {}};
    if (auto bad = add_needs(member, spec, made))
      return bad;
    if (member.run) {
      if (member.run->mode != session_mode::new_)
        return wrong("run.session_mode: a member begins a conversation of its own");
      auto& run = made_.runs[{which, i}] = *member.run;
      run.nickname = run.nickname.value_or(member.name);
      run.idempotency_key.reset();
      spec.members.push_back(std::move(made));
      return {};
    }
    auto inside = decode_text<spawn_team>(member.team->text);
    if (!inside)
      return wrong("team: " + inside.error().message);
    made.team = made_.specs.size();
    spec.members.push_back(std::move(made));
    if (auto bad = add(*inside, level + 1))
      return error{bad->code, "team." + bad->message};
    return {};
  }

  static std::optional<error>
  add_needs(const team_member& member, const team_spec& spec, member_spec& made) {
    if (!member.depends_on) {
      if (!spec.members.empty())
        made.needs.push_back(spec.members.size() - 1);
      return {};
    }
    for (const auto& name : *member.depends_on) {
      const auto it = std::ranges::find(spec.members, name, &member_spec::name);
      if (it == spec.members.end())
        return wrong("depends_on: no member listed before it is called " + name);
      made.needs.push_back(static_cast<std::size_t>(it - spec.members.begin()));
    }
    return {};
  }

  planned_team made_;
  std::size_t members_ = 0;
};

} // namespace

member_view
view_of(const supervision::team& of, std::size_t member, const std::string& path) {
  const auto& state = of.state().members.at(member);
  return {
    .path = path,
    .phase = state.phase,
    .run_id = {},
    .end = state.end,
    .starts = state.starts,
    .waits_for = of.waits_for(member),
    .waits_until = state.not_before,
    .team = {},
    .cause = state.cause};
}

std::vector<member_view> all_waiting(const planned_team& plan) {
  const auto& spec = plan.specs.front();
  team_state fresh;
  fresh.members.resize(spec.members.size());
  const supervision::team top(spec, std::move(fresh));
  std::vector<member_view> shown;
  for (std::size_t m = 0; m < spec.members.size(); ++m) {
    shown.push_back(view_of(top, m, spec.members[m].name));
    if (const auto inside = spec.members[m].team)
      shown.back().team = plan.specs[*inside].how;
  }
  return shown;
}

result<spawn_team> read_definition(spawn_team request) {
  if (!request.definition)
    return request;
  if (!request.members.empty())
    return fail(errc::invalid_argument, "definition: give it or members, not both");
  const auto document = store::parse_yaml(*request.definition);
  if (!document)
    return fail(errc::invalid_argument, "definition:" + document.error().message);
  spawn_team defined;
  if (const auto bad = codec<spawn_team>::decode(document->value, defined))
    return fail(
      errc::invalid_argument,
      "definition:" + std::to_string(document->line_of(bad->path)) + ": " +
        to_string(*bad));
  if (defined.definition)
    return fail(errc::invalid_argument, "definition: holds no other definition");
  if (request.name)
    defined.name = std::move(request.name);
  if (request.idempotency_key)
    defined.idempotency_key = std::move(request.idempotency_key);
  return defined;
}

result<planned_team> plan_team(const spawn_team& request) {
  if (request.name && !is_member_name(*request.name))
    return fail(
      errc::invalid_argument, "name: 1 to 32 letters, digits, dashes and underscores");
  layout_of_teams all;
  if (auto bad = all.add(request, 1))
    return fail(std::move(*bad));
  return all.take();
}

} // namespace troupe
