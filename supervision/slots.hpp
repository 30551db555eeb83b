#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace troupe::supervision {

/// The places of live runs (limits.live_runs), and who waits for one. A run keeps its
/// place from its first start to its end, restarts included. Those that wait stand in a
/// line for each parent, people together being one; lines take turns, so that a parent
/// of a thousand does not keep the others out. A parent that has a place and no live
/// child gets one child in beyond the limit: else all places could be taken by parents
/// that wait for children which wait for a place (docs/decisions/0013). Pure; memory is
/// bounded by the runs that are not final.
class slots {
public:
  explicit slots(std::uint32_t limit) : limit_(limit) {}

  /// Whether it has a place now, or gets one. If not, it is among `due` one day; to ask
  /// again keeps its place in line. `parent` is empty for a run started by a person.
  [[nodiscard]] bool asks(const std::string& run_id, const std::string& parent);

  /// It was live before anybody counted: never refused.
  void takes(const std::string& run_id, const std::string& parent);

  /// It is over, or waits no more.
  void left(const std::string& run_id);

  /// Who has got a place by now.
  [[nodiscard]] std::vector<std::string> due();

  /// What a run that waits waits for, for people.
  [[nodiscard]] std::string cause_of(const std::string& run_id) const;

private:
  struct line {
    std::string parent;
    std::deque<std::string> waiting;
  };

  [[nodiscard]] bool has_room_for(const std::string& parent) const;
  [[nodiscard]] bool waits(const std::string& run_id) const;

  std::uint32_t limit_;
  std::map<std::string, std::string> holders_;    ///< Who has a place: run, parent.
  std::map<std::string, std::uint32_t> children_; ///< Live ones by parent.
  std::deque<line> lines_;                        ///< Whose turn is next is first.
};

} // namespace troupe::supervision
