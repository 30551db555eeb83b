#pragma once

#include "actors/caller.hpp"
#include "protocol/result.hpp"
#include "protocol/runs.hpp"
#include "protocol/sessions.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

/// Of an id, to stand for it.
inline constexpr std::size_t prefix_length_min = 4;

/// An isolated run is also found where it was asked for.
[[nodiscard]] bool is_at(const run_brief& run, const std::optional<std::string>& cwd);

/// The roll of all runs: how each is, who may see it, how it is found. A value without
/// actors; the REGISTRY keeps one. Briefs are small; a million runs are not its
/// business (retention is).
class roll {
public:
  void put(run_brief brief);
  void remove(const std::string& run_id) { runs_.erase(run_id); }

  [[nodiscard]] const run_brief* find(const std::string& run_id) const;

  /// By id, unique prefix of an id (of prefix_length_min), or agent name: among those
  /// with the name a live run first, then the newest. What the caller may not see is
  /// not found. `cwd` narrows names.
  [[nodiscard]] result<const run_brief*> resolve(
    const caller& who,
    const std::optional<std::string>& run_id,
    const std::optional<std::string>& agent_name,
    const std::optional<std::string>& cwd) const;

  /// A word that may be an id, a prefix or a name.
  [[nodiscard]] result<const run_brief*>
  resolve_word(const caller& who, const std::string& word) const;

  /// Newest first.
  [[nodiscard]] result<run_page>
  list(const caller& who, const list_runs& question) const;

  /// Newest first; the runs of each newest first.
  [[nodiscard]] session_page
  sessions(const caller& who, const list_sessions& question) const;

  /// A person sees everything, a run its descendants.
  [[nodiscard]] bool may_see(const caller& who, const run_brief& run) const;

  /// Besides: what is above a run, in its team, or was started beside it by the same
  /// one in the same directory; but not itself.
  [[nodiscard]] bool may_write(const caller& who, const run_brief& run) const;

  /// Conversations by name, with their live or newest run, that the caller may write
  /// to; and its own.
  [[nodiscard]] agent_page agents(const caller& who, const list_agents& question) const;

  /// Whom a message is for, by run id or by name: a live agent before those that ended.
  /// One name in two directories is an error that names them.
  [[nodiscard]] result<const run_brief*> addressee(
    const caller& who,
    const std::string& word,
    const std::optional<std::string>& cwd) const;

private:
  [[nodiscard]] const run_brief* by_name(
    const caller& who,
    const std::string& name,
    const std::optional<std::string>& cwd) const;

  std::map<std::string, run_brief> runs_; ///< Ids sort by time of creation.
};

} // namespace troupe
