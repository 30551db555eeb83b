#include "agents/permission.hpp"

#include "agents/shell_command.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace troupe::agents {

namespace {

constexpr auto path_tools = std::to_array<std::string_view>(
  {"Edit",
   "Glob",
   "Grep",
   "LS",
   "MultiEdit",
   "NotebookEdit",
   "NotebookRead",
   "Read",
   "Write"});

/// A text to match, and the bytes of it that no `*` may cover.
struct subject {
  std::string_view text;
  const std::vector<bool>* sharp = nullptr;
  std::size_t offset = 0;

  [[nodiscard]] bool covered(std::size_t i) const {
    return !sharp || !(*sharp)[offset + i];
  }
};

/// Greedy: only the last `*` is widened. With sharp bytes that may miss a match, never
/// find a false one.
bool matches(std::string_view glob, const subject& s) {
  std::size_t g = 0;
  std::size_t i = 0;
  std::optional<std::size_t> star;
  std::size_t widened = 0;
  while (i < s.text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      widened = i;
    } else if (g < glob.size() && glob[g] == s.text[i]) {
      ++g;
      ++i;
    } else if (star && s.covered(widened)) {
      g = *star + 1;
      i = ++widened;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == glob.npos;
}

struct tool_pattern {
  std::string_view tool;
  std::string_view detail = "*";
  bool whole = true;
};

tool_pattern parse_pattern(std::string_view text) {
  const auto open = text.find('(');
  if (open == text.npos)
    return {.tool = text};
  tool_pattern pattern{.tool = text.substr(0, open), .whole = text.ends_with(')')};
  if (pattern.whole)
    pattern.detail = text.substr(open + 1, text.size() - open - 2);
  return pattern;
}

bool is_any(std::string_view glob) {
  return !glob.empty() && glob.find_first_not_of('*') == glob.npos;
}

bool matches_command(std::string_view glob, const subject& s) {
  if (!glob.ends_with(":*"))
    return matches(glob, s);
  const auto words = std::string(glob.substr(0, glob.size() - 2));
  return matches(words, s) || matches(words + " *", s);
}

/// Resolves `.`, `..` and doubled slashes in the text alone.
std::string resolved(std::string_view path) {
  std::vector<std::string_view> steps;
  const bool rooted = path.starts_with('/');
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    const auto step = path.substr(0, slash);
    path.remove_prefix(std::min(slash + 1, path.size()));
    if (step.empty() || step == ".")
      continue;
    const bool up = step == "..";
    if (up && !steps.empty() && steps.back() != "..")
      steps.pop_back();
    else if (!up || !rooted)
      steps.push_back(step);
  }
  std::string text;
  for (const auto step : steps)
    text.append(text.empty() && !rooted ? "" : "/").append(step);
  return text.empty() && rooted ? "/" : text;
}

/// One tool call, prepared for many patterns.
class tool_use {
public:
  tool_use(std::string_view tool, std::string_view detail)
    : tool_(tool), detail_(detail) {
    if (std::ranges::find(path_tools, tool) != path_tools.end())
      path_ = resolved(detail);
    if (tool != "Bash")
      return;
    command_ = read_shell(detail);
    parts_ = parts_between_operators(*command_);
    possible_ = possible_commands(*command_);
  }

  [[nodiscard]] bool allowed_by(const std::vector<std::string>& patterns) const {
    const auto whole = [&](const auto& p) { return allowed_by(p, all()); };
    if (std::ranges::any_of(patterns, whole))
      return true;
    if (!command_ || parts_.empty())
      return false;
    return std::ranges::all_of(parts_, [&](const shell_part& part) {
      return std::ranges::any_of(
        patterns, [&](const auto& p) { return allowed_by(p, cut(part)); });
    });
  }

  [[nodiscard]] bool caught_by(const std::vector<std::string>& patterns) const {
    return std::ranges::any_of(patterns, [&](const auto& p) { return caught_by(p); });
  }

private:
  [[nodiscard]] subject all() const {
    if (command_)
      return {detail_, &command_->sharp};
    return {path_ ? std::string_view(*path_) : detail_};
  }

  [[nodiscard]] subject cut(const shell_part& part) const {
    const auto text = detail_.substr(part.begin, part.end - part.begin);
    return {text, &command_->sharp, part.begin};
  }

  [[nodiscard]] bool allowed_by(std::string_view text, const subject& s) const {
    const auto pattern = parse_pattern(text);
    if (!pattern.whole || !matches(pattern.tool, {tool_}))
      return false;
    if (is_any(pattern.detail))
      return true;
    if (path_ && (*path_ == ".." || path_->starts_with("../")))
      return false;
    return command_ ? matches_command(pattern.detail, s) : matches(pattern.detail, s);
  }

  [[nodiscard]] bool caught_by(std::string_view text) const {
    const auto pattern = parse_pattern(text);
    if (!matches(pattern.tool, {tool_}))
      return false;
    if (!pattern.whole || is_any(pattern.detail))
      return true;
    const auto catches = [&](std::string_view s) {
      return command_ ? matches_command(pattern.detail, {s})
                      : matches(pattern.detail, {s});
    };
    return catches(detail_) || (path_ && catches(*path_)) ||
           std::ranges::any_of(possible_, catches);
  }

  std::string_view tool_;
  std::string_view detail_;
  std::optional<std::string> path_;
  std::optional<shell_command> command_;
  std::vector<shell_part> parts_;
  std::vector<std::string_view> possible_;
};

bool stands_in(const std::string& pattern, const std::vector<std::string>& patterns) {
  return std::ranges::find(patterns, pattern) != patterns.end();
}

bool yields(const permission_policy& policy) {
  return policy.deadline_s && policy.then == at_deadline::allow;
}

bool yields_no_sooner(const permission_policy& inner, const permission_policy& outer) {
  return !yields(inner) || (yields(outer) && *inner.deadline_s >= *outer.deadline_s);
}

} // namespace

verdict decide(
  const permission_policy& policy, std::string_view tool, std::string_view detail) {
  const tool_use use(tool, detail);
  if (use.caught_by(policy.deny))
    return verdict::deny;
  if (use.caught_by(policy.ask))
    return verdict::ask;
  return use.allowed_by(policy.allow) ? verdict::allow : verdict::ask;
}

bool is_within(const permission_policy& inner, const permission_policy& outer) {
  const auto outer_allows = [&](const auto& p) { return stands_in(p, outer.allow); };
  const auto inner_denies = [&](const auto& p) { return stands_in(p, inner.deny); };
  const auto inner_asks = [&](const auto& p) {
    return stands_in(p, inner.ask) || stands_in(p, inner.deny);
  };
  return yields_no_sooner(inner, outer) &&
         std::ranges::all_of(inner.allow, outer_allows) &&
         std::ranges::all_of(outer.deny, inner_denies) &&
         std::ranges::all_of(outer.ask, inner_asks);
}

} // namespace troupe::agents
